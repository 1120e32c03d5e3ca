"""`dumpsys`: the lines that drivers read, where they stand on Android 13.

Sources: the dump methods of DisplayContent, WindowState, ActivityRecord, PowerManagerService, TrustManagerService,
InputMethodManagerService, BatteryService and DisplayManagerService of the Android Open Source Project.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from actions.geometry import Rect
from environments.phone.apps.base import App
from environments.phone.commands.activity import short
from environments.phone.commands.base import Call
from environments.phone.commands.package import details
from environments.phone.commands.screen import DISPLAY_ID
from environments.phone.phone import Phone


def run(call: Call) -> None:
    call.option("-t")
    service = call.optional()
    if service == "-l":
        call.say("Currently running services:", *(f"  {name}" for name in sorted(SERVICES)))
        return
    if service is None:
        for name in sorted(SERVICES):
            call.say(f"DUMP OF SERVICE {name}:")
            with call.phone.lock:
                lines = SERVICES[name](call)
            call.say(*lines)
        return
    if service not in SERVICES:
        call.say(f"Can't find service: {service}")  # on stdout, with exit code 0
        return
    with call.phone.lock:
        lines = SERVICES[service](call)
    call.say(*lines)


def _flag(value: bool) -> str:
    return str(value).lower()


def _record(app: App) -> str:
    return f"ActivityRecord{{{_handle(app.package)} u0 {short(app)} t{_task(app)}}}"


def _handle(text: str) -> str:
    """Something like an object's address, the same each time."""
    return f"{sum(ord(c) * 31**i for i, c in enumerate(text)) & 0xFFFFFFF:x}"


def _task(app: App) -> int:
    return 10 + len(app.package)


def _window(call: Call) -> list[str]:
    phone = call.phone
    focus = phone.focused_window
    size = phone.size
    secure = " SECURE" if call.faults.black_screencap else ""
    return [
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)",
        f"    mAwake={_flag(phone.awake)} mScreenOnEarly={_flag(phone.awake)} mScreenOnFully={_flag(phone.awake)}",
        "    KeyguardServiceDelegate",
        f"      showing={_flag(phone.locked)}",
        f"      showingAndNotOccluded={_flag(phone.locked)}",
        f"      secure={_flag(bool(phone.keyguard.pin))}",
        f"    screenState={'SCREEN_STATE_ON' if phone.awake else 'SCREEN_STATE_OFF'}",
        f"    isKeyguardShowing={_flag(phone.locked)}",
        "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)",
        "  Display: mDisplayId=0 (organized)",
        f"    init={phone.natural_size} {phone.density}dpi cur={size} app={size} rng={min(size.width, size.height)}"
        f"x{min(size.width, size.height)}-{max(size.width, size.height)}x{max(size.width, size.height)}",
        f"    mRotation=ROTATION_{phone.rotation * 90} mDeferredRotationPauseCount=0",
        f"    mCurrentRotation=ROTATION_{phone.rotation * 90}",
        "WINDOW MANAGER WINDOWS (dumpsys window windows)",
        f"  Window #0 Window{{{_handle(focus)} u0 {focus}}}:",
        "    mDisplayId=0 mSession=Session{5d0c8a1 1342:u0a10100} mClient=android.os.BinderProxy@6ec8b10",
        "    mAttrs={(0,0)(fillxfill) sim={adjust=pan} ty=BASE_APPLICATION fmt=TRANSPARENT",
        f"      fl=LAYOUT_IN_SCREEN{secure} LAYOUT_INSET_DECOR SPLIT_TOUCH HARDWARE_ACCELERATED",
        f"  mCurrentFocus=Window{{{_handle(focus)} u0 {focus}}}",
        f"  mFocusedApp={_record(phone.foreground)}",
        f"    mDreamingLockscreen={_flag(phone.locked)} mDreamingSleepToken=null",
        f"  mInputMethodWindow={'Window{a1b2c3d u0 InputMethod}' if phone.keyboard_shown else 'null'}",
    ]


def _display(call: Call) -> list[str]:
    phone = call.phone
    size = phone.size
    # The device's own size, turned with the picture: DisplayDevice.populateViewportLocked.
    own = phone.natural_size.turned if phone.rotation % 2 else phone.natural_size
    return [
        "DISPLAY MANAGER (dumpsys display)",
        f"  mGlobalDisplayState={'ON' if phone.awake else 'OFF'}",
        f"  mViewports=[DisplayViewport{{type=INTERNAL, valid=true, isActive={_flag(phone.awake)}, displayId=0, "
        f"uniqueId='local:{DISPLAY_ID}', physicalPort=0, orientation={phone.rotation}, "
        f"logicalFrame=Rect(0, 0 - {size.width}, {size.height}), "
        f"physicalFrame=Rect(0, 0 - {own.width}, {own.height}), "
        f"deviceWidth={own.width}, deviceHeight={own.height}}}]",
        "  Display 0:",
        f"    mCurrentOrientation={phone.rotation}",
        f'    mBaseDisplayInfo=DisplayInfo{{"Built-in Screen", displayId 0, real {size.width} x {size.height}, '
        f"rotation {phone.rotation}, density {phone.density}, state {'ON' if phone.awake else 'OFF'}}}",
    ]


def _activity(call: Call) -> list[str]:
    app = call.phone.foreground
    record = _record(app)
    what = call.optional()
    if what == "top":
        return [
            f"TASK {app.package} id={_task(app)} userId=0",
            f"  ACTIVITY {short(app)} {_handle(app.package)} pid=4242",
        ]
    return [
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)",
        "Display #0 (activities from top to bottom):",
        f"  * Task{{{_handle(app.label)} #{_task(app)} type=standard A=10100:{app.package} U=0 visible=true}}",
        f"    mLastPausedActivity: {record}",
        f"    topResumedActivity={record}",
        f"    * Hist  #0: {record}",
        "",
        f"  mResumedActivity: {record}",
        f"  ResumedActivity: {record}",
        f"  mFocusedApp={record}",
    ]


def _power(call: Call) -> list[str]:
    awake = call.phone.awake
    return [
        "POWER MANAGER (dumpsys power)",
        "Power Manager State:",
        f"  mWakefulness={'Awake' if awake else 'Asleep'}",
        "  mWakefulnessChanging=false",
        "  mIsPowered=true",
        f"  mBatteryLevel={call.phone.battery}",
        f"  mHoldingWakeLockSuspendBlocker={_flag(awake)}",
        f"  mHoldingDisplaySuspendBlocker={_flag(awake)}",
        f"Display Power: state={'ON' if awake else 'OFF'}",
    ]


def _trust(call: Call) -> list[str]:
    locked = int(call.phone.locked and bool(call.phone.keyguard.pin))
    return [
        "Trust manager state:",
        f' User "Owner" (id=0, flags=0xc13) (current): trusted=0, trustManaged=0, deviceLocked={locked}, '
        "strongAuthRequired=0x0",
    ]


def _input(call: Call) -> list[str]:
    """Of InputDispatcher.cpp's dump only the keyboard's window, which has its touchable part at the end."""
    phone = call.phone
    lines = ["INPUT MANAGER (dumpsys input)", "Input Dispatcher State:", "  Windows:"]
    if phone.keyboard_up:
        screen = Rect.of(phone.size)
        found = next((n.rect for n in phone.nodes() if n.resource_id == "keyboard"), None)
        if found is not None:
            lines.append(
                f"    0: name='a1b2c3d InputMethod', displayId=0, inputConfig=NOT_FOCUSABLE, alpha=1.00, "
                f"frame=[0,0][{screen.right},{screen.bottom}], globalScale=1.000000, "
                f"touchableRegion=[{found.left},{found.top}][{found.right},{found.bottom}], ownerPid=1500"
            )
    return lines


PASSWORD, PLAIN = 0x81, 0x1
"""InputType: a text, and its variation of a password."""


def _input_method(call: Call) -> list[str]:
    phone = call.phone
    field = phone.fields.current()
    kind = PASSWORD if field is not None and field.password else PLAIN
    editor = ["  mInputEditorInfo:", f"    inputType=0x{kind:x} imeOptions=0x6 privateImeOptions=null"]
    return [
        "Current Input Method Manager state:",
        f"  mCurMethodId={phone.ime}",
        f"  mCurId={phone.ime} mHaveConnection=true mBoundToMethod=true",
        f"  mInputShown={_flag(phone.keyboard_shown)}",
        f"  mIsInputViewShown={_flag(phone.keyboard_shown)}",
        *(editor if phone.keyboard_shown else ()),
    ]


def _battery(call: Call) -> list[str]:
    return [
        "Current Battery Service state:",
        "  AC powered: false",
        "  USB powered: true",
        "  Wireless powered: false",
        "  Max charging current: 500000",
        "  Max charging voltage: 5000000",
        "  Charge counter: 3000000",
        "  status: 2",
        "  health: 2",
        "  present: true",
        f"  level: {call.phone.battery}",
        "  scale: 100",
        "  voltage: 4100",
        "  temperature: 250",
        "  technology: Li-ion",
    ]


def _package(call: Call) -> list[str]:
    wanted = call.optional()
    found = [app for app in call.phone.apps if wanted in (None, app.package)]
    if not found:
        return [f"Unable to find package: {wanted}"]
    return [line for app in found for line in details(app)]


def _surfaces(call: Call) -> list[str]:
    if call.optional() == "--display-id":
        return [f'Display {DISPLAY_ID} (HWC display 0): port=0 pnpId=SIM displayName="SIM"']
    return ["Build configuration: [sf PRESENT_TIME_OFFSET=0]", f"Display {DISPLAY_ID} (active)"]


def _clipboard(call: Call) -> list[str]:
    # What is copied is shown to apps in front only, never to the shell.
    return ["User 0:", f"  mPrimaryClip={'ClipData { text/plain {...} }' if _has_clip(call.phone) else 'null'}"]


def _has_clip(phone: Phone) -> bool:
    return bool(phone.clipboard)


SERVICES: Mapping[str, Callable[[Call], list[str]]] = MappingProxyType(
    {
        "SurfaceFlinger": _surfaces,
        "activity": _activity,
        "battery": _battery,
        "clipboard": _clipboard,
        "display": _display,
        "input": _input,
        "input_method": _input_method,
        "package": _package,
        "power": _power,
        "trust": _trust,
        "window": _window,
    }
)
