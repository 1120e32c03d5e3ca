"""The people, notes, messages and networks that a simulated phone is filled with, drawn by its seed."""

from __future__ import annotations

from random import Random

NAMES = (
    *("Alice Moreau", "Ben Carter", "Chloe Tan", "David Okafor", "Emma Lindqvist", "Farid Haddad", "Grace Kim"),
    *("Hugo Silva", "Ines Costa", "Jonas Weber", "Kira Novak", "Liam O'Brien", "Maya Patel", "Noah Fischer"),
    *("Olga Petrova", "Pablo Ruiz", "Quinn Walsh", "Rosa Marino", "Sami Nieminen", "Tara Singh", "Uma Rao"),
    *("Victor Dubois", "Wendy Zhao", "Xavier Blanc", "Yuki Sato", "Zoe Martin", "Mom", "Dad", "Landlord"),
    *(
        "王芳",
        "李伟",
        "张敏",
        "刘洋",
        "陈静",
        "José Álvarez",
        "Zoë Müller",
        "Łukasz Nowak",
        "Dr. Schmidt",
        "Pizza Roma",
    ),
)

NOTES = (
    *("Buy oat milk and bananas", "Call the dentist on Tuesday", "Passport expires in March", "Gym locker 218"),
    *("Ideas for the summer trip", "Water the plants twice a week", "Book club: chapter 7", "Return the library books"),
    *("Spare key is with Grace", "Car service at 48,000 km", "Birthday gift for Dad", "Bike lock code 4471"),
    *(
        "Recipe: tomato soup, basil, cream",
        "Meeting moved to room 3B",
        "Parking spot B-112",
        "Pay the electricity bill",
    ),
    *(
        "Try the new bakery on Mill Street",
        "Flight lands at 18:45",
        "买牛奶和鸡蛋",
        "周五下午三点开会",
        "Paint for the hallway: RAL 9010",
    ),
    *(
        "Feed the cat at 7 pm",
        "Renew the train pass",
        "Size 42 for hiking boots",
        "Password hint: first school",
        "Fix the kitchen tap",
    ),
)

MORE = (
    "Ask Emma about the details first.",
    "Not urgent, but before the weekend would be good.",
    "See the list on the fridge for the rest.",
    "Compare prices online, the last one was too expensive.",
)

MESSAGES = (
    *("See you at eight?", "I'm on my way", "Can you call me back?", "The meeting is at 10:30", "Happy birthday!"),
    *("Did you get the tickets?", "Thanks a lot", "Running ten minutes late", "Lunch tomorrow?", "Sounds good to me"),
    *("Please bring the charger", "The package has arrived", "Where did you park?", "I'll send the photos tonight"),
    *("Don't forget the keys", "Is 42 Elm Street right?", "The doctor can see you on Friday", "Great job today"),
    *("Could you buy some bread on your way home?", "The code for the door is 7305", "We won 3:1!", "晚上一起吃饭吗？"),
    *(
        "好的，明天见",
        "Table for four at Luigi's, 19:00",
        "Let me check and get back to you",
        "Train leaves from platform 9",
    ),
)

NETWORKS = (
    *("HomeNet-5G", "CoffeeHouse", "Lighthouse_2.4", "TP-Link_8F2A", "Library-Guest", "Sunflower", "AndroidAP_1177"),
    *(
        "Office-Staff",
        "Netgear42",
        "FRITZ!Box 7590",
        "Airport Free WiFi",
        "eduroam",
        "Casa-Marino",
        "Pixel Hotspot",
        "小米路由器",
    ),
)

MODELS = ("Sim One", "Sim One Pro", "Sim Lite", "Sim Max")

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def clock_text(minutes: int) -> str:
    """Minutes since midnight as 9:05."""
    minutes %= 24 * 60
    return f"{minutes // 60}:{minutes % 60:02d}"


def stream(seed: int, name: str) -> Random:
    """Random numbers for one purpose: what one app draws doesn't move what another gets."""
    return Random(f"{seed}/{name}")  # noqa: S311  a game of chance, no secret
