"""What people call apps whose label a phone doesn't tell over adb: by package, in English and in the languages in which
the name differs.

Packages of Chinese apps that stand in Open-AutoGLM's list (phone_agent/config/apps.py) were checked against it. All
other packages and the translations are common knowledge that no source was looked up for: a wrong one opens nothing,
since only what is installed is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_SETTINGS = (
    "Settings|设置|設定|설정|Einstellungen|Paramètres|Ajustes|Configuración|Impostazioni|Configurações|Настройки"
)
_CLOCK = "Clock|时钟|時鐘|時計|시계|Uhr|Horloge|Reloj|Orologio|Relógio|Часы"
_CALENDAR = "Calendar|日历|日曆|カレンダー|캘린더|Kalender|Agenda|Calendario|Calendário|Календарь"
_CONTACTS = "Contacts|通讯录|联系人|聯絡人|連絡帳|연락처|Kontakte|Contactos|Contatti|Contatos|Контакты"
_PHONE = "Phone|Dialer|电话|電話|전화|Telefon|Téléphone|Teléfono|Telefono|Telefone|Телефон"
_MESSAGES = "Messages|短信|信息|訊息|メッセージ|메시지|SMS|Mensajes|Messaggi|Mensagens|Сообщения"
_CAMERA = "Camera|相机|相機|カメラ|카메라|Kamera|Appareil photo|Cámara|Fotocamera|Câmera|Камера"
_CALCULATOR = "Calculator|计算器|計算機|電卓|계산기|Rechner|Calculatrice|Calculadora|Calcolatrice|Калькулятор"
_FILES = "Files|File Manager|文件|文件管理|檔案|ファイル|파일|Dateien|Fichiers|Archivos|Arquivos|Файлы"
_GALLERY = "Gallery|相册|ギャラリー|갤러리|Galerie|Galería|Galleria|Galeria|Галерея"
_MAPS = "Maps|Google Maps|地图|地圖|マップ|지도|Karten|Plans|Mapas|Карты"

_KNOWN = {
    "com.android.settings": _SETTINGS,
    "com.android.deskclock": _CLOCK,
    "com.google.android.deskclock": _CLOCK,
    "com.sec.android.app.clockpackage": _CLOCK,
    "com.android.calendar": _CALENDAR,
    "com.google.android.calendar": f"Google Calendar|{_CALENDAR}",
    "com.samsung.android.calendar": _CALENDAR,
    "com.android.contacts": _CONTACTS,
    "com.google.android.contacts": f"Google Contacts|{_CONTACTS}",
    "com.samsung.android.app.contacts": _CONTACTS,
    "com.android.dialer": _PHONE,
    "com.google.android.dialer": _PHONE,
    "com.samsung.android.dialer": _PHONE,
    "com.android.mms": _MESSAGES,
    "com.google.android.apps.messaging": _MESSAGES,
    "com.samsung.android.messaging": _MESSAGES,
    "com.android.camera": _CAMERA,
    "com.android.camera2": _CAMERA,
    "com.google.android.GoogleCamera": _CAMERA,
    "com.sec.android.app.camera": _CAMERA,
    "com.android.calculator2": _CALCULATOR,
    "com.google.android.calculator": _CALCULATOR,
    "com.miui.calculator": _CALCULATOR,
    "com.sec.android.app.popupcalculator": _CALCULATOR,
    "com.android.documentsui": _FILES,
    "com.google.android.documentsui": _FILES,
    "com.google.android.apps.nbu.files": f"Files by Google|{_FILES}",
    "com.android.fileexplorer": _FILES,
    "com.sec.android.app.myfiles": f"My Files|{_FILES}",
    "com.android.gallery3d": _GALLERY,
    "com.miui.gallery": _GALLERY,
    "com.sec.android.gallery3d": _GALLERY,
    "com.google.android.apps.photos": "Photos|Google Photos|照片|相簿|フォト|사진|Fotos|Foto|Фото",
    "com.google.android.apps.maps": _MAPS,
    "com.android.chrome": "Chrome|Google Chrome",
    "com.android.vending": "Play Store|Google Play|Google Play Store|应用商店|Play ストア",
    "com.google.android.gm": "Gmail|Google Mail",
    "com.google.android.apps.docs": "Drive|Google Drive|云端硬盘|雲端硬碟|ドライブ",
    "com.google.android.apps.docs.editors.docs": "Docs|Google Docs",
    "com.google.android.apps.docs.editors.sheets": "Sheets|Google Sheets",
    "com.google.android.apps.docs.editors.slides": "Slides|Google Slides",
    "com.google.android.apps.dynamite": "Google Chat",
    "com.google.android.apps.tasks": "Tasks|Google Tasks",
    "com.google.android.keep": "Keep|Google Keep|Keep Notes",
    "com.zhiliaoapp.musically": "TikTok",
    "com.twitter.android": "X|Twitter",
    "com.facebook.katana": "Facebook",
    "com.facebook.orca": "Messenger|Facebook Messenger",
    "com.whatsapp": "WhatsApp",
    "com.whatsapp.w4b": "WhatsApp Business",
    "com.amazon.mShop.android.shopping": "Amazon|Amazon Shopping",
    "com.einnovation.temu": "Temu",
    "com.zzkko": "Shein",
    "com.ubercab": "Uber",
    "com.microsoft.office.outlook": "Outlook",
    "com.microsoft.teams": "Teams|Microsoft Teams",
    "com.tencent.mm": "WeChat|微信|Weixin",
    "com.tencent.mobileqq": "QQ",
    "com.tencent.qqlive": "Tencent Video|腾讯视频",
    "com.tencent.qqmusic": "QQ Music|QQ音乐",
    "com.tencent.news": "腾讯新闻",
    "com.tencent.androidqqmail": "QQ Mail|QQ邮箱",
    "com.sina.weibo": "Weibo|微博",
    "com.taobao.taobao": "Taobao|淘宝",
    "com.jingdong.app.mall": "JD|JD.com|京东",
    "com.xunmeng.pinduoduo": "Pinduoduo|拼多多",
    "com.eg.android.AlipayGphone": "Alipay|支付宝",
    "com.xingin.xhs": "RedNote|Xiaohongshu|小红书",
    "com.zhihu.android": "Zhihu|知乎",
    "com.douban.frodo": "Douban|豆瓣",
    "com.autonavi.minimap": "Amap|高德地图|高德",
    "com.baidu.BaiduMap": "Baidu Maps|百度地图",
    "com.sankuai.meituan": "Meituan|美团",
    "com.dianping.v1": "Dianping|大众点评",
    "me.ele": "Ele.me|饿了么",
    "ctrip.android.view": "Ctrip|携程|携程旅行",
    "com.MobileTicket": "12306|铁路12306",
    "com.Qunar": "Qunar|去哪儿|去哪儿旅行",
    "com.sdu.didi.psnger": "DiDi|滴滴|滴滴出行",
    "tv.danmaku.bili": "Bilibili|哔哩哔哩|B站",
    "com.ss.android.ugc.aweme": "Douyin|抖音",
    "com.smile.gifmaker": "Kuaishou|快手",
    "com.qiyi.video": "iQIYI|爱奇艺",
    "com.youku.phone": "Youku|优酷|优酷视频",
    "com.netease.cloudmusic": "NetEase Cloud Music|网易云音乐",
    "com.ximalaya.ting.android": "Ximalaya|喜马拉雅",
    "com.ss.android.lark": "Feishu|飞书",
    "com.alibaba.android.rimet": "DingTalk|钉钉",
    "com.ss.android.article.news": "Toutiao|今日头条",
    "com.larus.nova": "Doubao|豆包",
    "com.hpbr.bosszhipin": "BOSS直聘",
}

NAMES: Mapping[str, frozenset[str]] = MappingProxyType(
    {package: frozenset(name.casefold() for name in names.split("|")) for package, names in _KNOWN.items()}
)
"""In the form of `str.casefold`."""
