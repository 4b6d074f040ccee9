"""What words say of a stanza of English verse: archaic or modern, sacred or not, about nature or not."""

from collections.abc import Iterable
from functools import cache

from models.lyrics.lemmas import lemma
from models.lyrics.phones import look_up
from models.lyrics.tones import NATURE

_ARCHAIC_WORDS = (
    "thee thou thy thine thyself ye hath doth didst dost hast hadst shalt wilt canst wouldst couldst "
    "shouldst mayst mightst art wert wast saith quoth methinks methought wherefore whence whither "
    "thither hither hence thence yon yonder 'tis 'twas 'twere 'twill 'twould o'er e'er ne'er e'en ere "
    "oft anon betwixt hark lo alas alack forsooth perchance mayhap whilom eftsoons yclept nay yea "
    "verily prithee withal whereof wherein thereof therein thereat whereat unto th' bade spake sware "
    "brake begat twain sith behest swain damsel wight ween wist wot hie hied ev'ry heav'n pow'r flow'r "
    "whate'er where'er whene'er howe'er 'neath 'gainst 'mid 'mong 'tween 'em doff don ope oped betide "
    "bewray nigh wroth morn morrow 'scape beauteous bounteous plenteous erst erstwhile"
)
_DIALECT_WORDS = (
    "o' wi' wi th' i' ae aye ain wee nae frae auld bonnie bonny braw lassie laddie gie gied hae sae "
    "mair mony twa dinna canna wadna ken kens ilka lang muckle gang gaun bairn een owre weel guid aboon "
    "amang sic whaur noo doon roun an' ol' fer ter yer jes jest wuz sez git yit thet ole feller tew "
    "ther agin sech afore"
)
"""Spellings of dialects, Scots above all: as much out of today's songs as thou."""
_MOCKING_WORDS = (
    "de dey dat dis dem dar wid ob massa marse gwine gwyne chile brudder nuffin suh mah dese dose"
)
"""Spellings by which plantation verse marks its speakers: lines with them are left out."""
_SACRED_WORDS = (
    "god lord christ jesus saviour savior redeemer jehovah almighty holy ghost trinity gospel bible "
    "psalm hymn prayer pray church altar priest angel archangel seraph seraphim cherub cherubim "
    "heavenly saint apostle prophet sin sinner salvation redeem redemption grace blessed bless baptism "
    "cross calvary crucify resurrection eden paradise hell satan devil divine soul worship faith "
    "hallelujah alleluia amen zion sion israel mercy repent covenant"
)
_ARCHAIC = frozenset(_ARCHAIC_WORDS.split()) | frozenset(_DIALECT_WORDS.split())
_MOCKING = frozenset(_MOCKING_WORDS.split())
_SACRED = frozenset(_SACRED_WORDS.split())
_NATURE_AT_LEAST = 2
"""Words of nature, each counted once, from which a stanza is about it; one alone may be an image."""


@cache
def is_archaic(word: str) -> bool:
    """Whether a lower-case word is one that today's songs have no use for: thou, goeth, lov'st, bonnie."""
    return word in _ARCHAIC or word.endswith("'st") or (word.endswith("eth") and not look_up(word))


def is_mocking(word: str) -> bool:
    return word in _MOCKING


def is_sacred(words: Iterable[str]) -> bool:
    """Whether a stanza's lower-case words hold two of religion, or one that means nothing else."""
    found = {lemma(word) for word in words} & _SACRED
    return len(found) >= 2 or bool(
        found & {"god", "christ", "jesus", "saviour", "jehovah", "gospel", "psalm"}
    )


def is_about_nature(words: Iterable[str]) -> bool:
    return len({lemma(word) for word in words} & NATURE["en"]) >= _NATURE_AT_LEAST
