"""Words that set the tone of verse: of nature, bright and dark ones, and those for oneself.

English ones by their common form (`models.lyrics.lemmas`), Chinese ones as single characters.
"""

from collections.abc import Mapping

_NATURE_WORDS = (
    "bird robin thrush lark skylark nightingale linnet swallow sparrow finch wren owl dove raven crow "
    "rook eagle hawk gull swan heron cuckoo blackbird starling nest wing feather song tree oak pine elm "
    "ash birch willow poplar beech cedar maple forest wood woodland grove glade bough branch leaf "
    "blossom bud flower rose lily violet daisy primrose daffodil clover poppy heather fern moss ivy "
    "vine grass reed meadow field pasture orchard garden hedge hill mountain valley vale dale glen "
    "cliff rock stone cave moor heath plain desert sand shore beach sea ocean wave tide foam spray "
    "river stream brook rill creek lake pool pond fountain waterfall island cloud sky star moon "
    "moonlight sun sunshine sunlight sunrise sunset dawn dusk twilight evening morning night noon wind "
    "breeze gale storm thunder lightning rain rainbow mist fog dew frost snow ice winter spring summer "
    "autumn april may june october december bee butterfly moth cricket grasshopper firefly deer fox "
    "squirrel lamb sheep horse wolf fish frog snake acorn apple berry corn wheat harvest seed horizon "
    "shadow"
)
_BRIGHT_WORDS = (
    "bright light joy joyful happy glad gay merry laugh laughter smile sweet love beauty beautiful fair "
    "golden gold shine sparkle gleam glow glitter radiant sun sunny sunshine sunlight warm dawn morning "
    "spring bloom blossom flower dance sing song delight pleasure cheer cheerful hope bliss kiss play "
    "peace rejoice heaven bless dear tender fresh gentle glory white silver rose rainbow"
)
_DARK_WORDS = (
    "dark darkness gloom gloomy shadow shade night black grave tomb death dead die dying grief grieve "
    "sorrow sad sadness weep tear mourn moan sigh groan pain woe lonely alone desolate drear dreary cold "
    "chill bitter bleak dim pale grey fade wither decay despair fear dread doom storm winter lose lost "
    "cry cruel weary wail broken ghost blood hate hell curse wild wreck ruin"
)
_SELF_WORDS = "i me my mine myself i'm i'll i've i'd"

_BRIGHT_CHARACTERS = "春光明花红香笑喜欢乐暖晴朝晓金玉彩歌舞新芳艳霞阳绿翠丽"
_DARK_CHARACTERS = "愁泪悲苦寒冷暗夜孤独残断恨怨哀伤凄秋暮老死病别离荒枯衰灰黑落空"
_NATURE_CHARACTERS = (
    "山水江河湖海溪泉云风雨雪霜露月日星花草树木林竹松柳梅荷菊桃杏兰叶鸟雁燕莺鹤蝉石沙天霞烟雾波潮"
)
_SELF_CHARACTERS = "我吾余予"

NATURE: Mapping[str, frozenset[str]] = {
    "en": frozenset(_NATURE_WORDS.split()),
    "zh": frozenset(_NATURE_CHARACTERS),
}
BRIGHT: Mapping[str, frozenset[str]] = {
    "en": frozenset(_BRIGHT_WORDS.split()),
    "zh": frozenset(_BRIGHT_CHARACTERS),
}
DARK: Mapping[str, frozenset[str]] = {
    "en": frozenset(_DARK_WORDS.split()),
    "zh": frozenset(_DARK_CHARACTERS),
}
SELF: Mapping[str, frozenset[str]] = {
    "en": frozenset(_SELF_WORDS.split()),
    "zh": frozenset(_SELF_CHARACTERS),
}
