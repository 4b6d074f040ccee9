"""MP3 streams: joins two that were encoded side by side from overlapping stretches of one sound.

An MP3's frames share their bits with later ones (the bit reservoir), so that a stream can't simply be
cut: the first frame behind the joint is packed anew. Follows ISO/IEC 11172-3 for frames, and LAME's
"Mp3 Info Tag rev 1" for the frame in front that tells players the length. Encodes and decodes nothing.
"""

from collections.abc import Iterator, Sequence

FRAME_SAMPLES = 1152

_KILOBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES = (44_100, 48_000, 32_000)
_MONO = 3
_HEADER_BYTES = 4

# Places in the info tag, from its name on.
_FRAMES, _BYTES, _TABLE, _DELAY, _LENGTH, _MUSIC_CRC, _TAG_CRC = 8, 12, 16, 141, 148, 152, 154
_TABLE_ENTRIES = 100


def joined(first: bytes, second: bytes, *, at: int, back: int, samples: int) -> bytes:
    """One stream of the first's frames before number `at` and the second's from there on.

    The second's sound begins `back` frames before that; the whole sound has `samples` samples a channel.
    The joint may move on by some frames, so the first should overlap it by a dozen. Raises ValueError
    where the streams are not what libsndfile writes for MPEG-1, or no frame fits as the first.
    """
    tag, *before = _frames(first)
    _, *after = _frames(second)
    for place in range(back, min(back + len(before) - at, len(after) - 1)):
        packed = _packed_alone(after, place)
        if packed is not None:
            frames = [*before[: at + place - back], packed, *after[place + 1 :]]
            return b"".join([_retagged(tag, frames, samples=samples), *frames])
    raise ValueError("no frame fits behind the joint")


def _frames(stream: bytes) -> Iterator[bytes]:
    """The frames, from the info tag on."""
    position = 0
    while position < len(stream):
        size = _size(stream[position : position + _HEADER_BYTES])
        if position + size > len(stream):
            raise ValueError("the stream ends in the middle of a frame")
        yield stream[position : position + size]
        position += size


def _size(header: bytes) -> int:
    """Bytes in the frame of this header."""
    # 0xFFFB: MPEG-1, layer III, without a checksum for every frame.
    if header[:2] != b"\xff\xfb" or not 0 < header[2] >> 4 < len(_KILOBITS) or header[2] >> 2 & 3 == 3:
        raise ValueError(f"not the header of a frame: {header.hex()}")
    return _size_at(header, _KILOBITS[header[2] >> 4]) + (header[2] >> 1 & 1)


def _size_at(header: bytes, kilobits: int) -> int:
    return FRAME_SAMPLES // 8 * kilobits * 1000 // _RATES[header[2] >> 2 & 3]


def _body_start(frame: bytes) -> int:
    """Where a frame's part of the main data begins, behind its header and side information."""
    return _HEADER_BYTES + (17 if frame[3] >> 6 == _MONO else 32)


def _reach(frame: bytes) -> int:
    """How many bytes before the frame's body its main data begins (main_data_begin)."""
    return frame[4] << 1 | frame[5] >> 7


def _packed_alone(frames: Sequence[bytes], place: int) -> bytes | None:
    """The frame with all its main data in its own body, and at the end what later ones have there.

    None where even the largest body is too small.
    """
    frame, following = frames[place], frames[place + 1]
    earlier = b"".join(other[_body_start(other) :] for other in frames[max(place - 12, 0) : place])
    reach, start = _reach(frame), _body_start(frame)
    if reach > len(earlier):
        return None
    content = earlier[len(earlier) - reach :] + frame[start:]
    later = len(content) - _reach(following)
    for index, kilobits in enumerate(_KILOBITS):
        spare = _size_at(frame, kilobits) - start - len(content)
        if index and spare >= 0:
            header = bytes([*frame[:2], index << 4 | frame[2] & 0b1101, frame[3], 0, frame[5] & 0x7F])
            return header + frame[6:start] + content[:later] + bytes(spare) + content[later:]
    return None


def _retagged(tag: bytes, frames: Sequence[bytes], *, samples: int) -> bytes:
    """The info tag for these frames: their number and size, where to seek, and where the sound ends."""
    start = _body_start(tag)
    if tag[start : start + 4] not in (b"Xing", b"Info"):
        raise ValueError("the stream has no info tag")
    made = bytearray(tag)

    def put(place: int, value: int, *, size: int) -> None:
        made[start + place : start + place + size] = value.to_bytes(size, "big")

    starts = [len(tag)]
    for frame in frames:
        starts.append(starts[-1] + len(frame))
    put(_FRAMES, len(frames), size=4)
    put(_BYTES, starts[-1], size=4)
    for entry in range(_TABLE_ENTRIES):
        put(_TABLE + entry, 256 * starts[entry * len(frames) // _TABLE_ENTRIES] // starts[-1], size=1)
    delay = int.from_bytes(made[start + _DELAY : start + _DELAY + 3], "big") >> 12
    put(_DELAY, delay << 12 | len(frames) * FRAME_SAMPLES - delay - samples, size=3)
    put(_LENGTH, starts[-1], size=4)
    put(_MUSIC_CRC, 0, size=2)  # of all bytes; that of the tag is the one that players look at
    put(_TAG_CRC, _crc16(bytes(made[: start + _TAG_CRC])), size=2)
    return bytes(made)


def _crc16(content: bytes) -> int:
    """CRC-16 with the polynomial 0x8005, bits reversed."""
    value = 0
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value
