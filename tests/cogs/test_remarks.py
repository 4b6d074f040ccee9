"""Every remark as it is read, in each language."""

import discord
import pytest

from cogs._shared.wording import wording_for
from domain.remarks import Remark, Topic

REMARKS = [
    (
        Remark(Topic.ADAPTER_UNUSABLE, {"adapter": "9f8e7d6c"}),
        "Version 9f8e7d6c, which was learned from votes, can't be used, so the shipped model made this. "
        "Administrators can choose another version with /finetune.",
        "从投票中学来的版本 9f8e7d6c 用不了，所以这是随程序附带的模型作的。"
        "管理员可以用 /finetune 换一个版本。",
    ),
    (
        Remark(Topic.REMADE_BY_ANOTHER_MODEL, {"clip": "#7", "then": "rnn-1", "now": "rnn-2"}),
        "The files of clip #7 were gone, so I made it again. It was rnn-1 that made it, and now it was "
        "rnn-2: the notes differ.",
        "作品 #7 的文件不在了，所以我把它重新作了一遍。"
        "当时用的模型是 rnn-1，现在是 rnn-2，所以音符不一样了。",
    ),
    (
        Remark(Topic.REMADE_OTHERWISE, {"clip": "#7"}),
        "The files of clip #7 were gone, so I made it again. Something in me has changed since: the notes "
        "differ.",
        "作品 #7 的文件不在了，所以我把它重新作了一遍。从那以后我有了变化，所以音符不一样了。",
    ),
    (
        Remark(Topic.METRE_OF_GENRE, {"genre": "slip jig", "asked": "4/4", "chosen": "9/8"}),
        "I know no slip jig music in 4/4, so this is in 9/8.",
        "我没学过 4/4 拍的滑步吉格，所以这首是 9/8 拍。",
    ),
    (
        Remark(Topic.MODE_OF_GENRE, {"genre": "ragtime", "mode": "minor"}),
        "I know no ragtime music in a minor key, so this may sound unusual.",
        "我没学过小调的拉格泰姆，所以这首听起来可能不太寻常。",
    ),
    (
        Remark(Topic.KEY_OVER_MOOD, {"key": "D major", "mood": "sad", "mode": "minor"}),
        "This is in D major, although sad music is usually in a minor key.",
        "这首是 D 大调，虽然“忧伤”的音乐一般是小调。",
    ),
    (
        Remark(Topic.TEMPO_OVER_MOOD, {"tempo": "180", "mood": "calm"}),
        "I kept the tempo of 180 beats a minute, which is unusual for calm music.",
        "速度保持在每分钟 180 拍，不过“平静”的音乐很少用这样的速度。",
    ),
    (
        Remark(Topic.SHORT_FOR_GENRE, {"genre": "ragtime", "seconds": "5", "bars": "4"}),
        "5 seconds are short for ragtime music: this is a 4-bar phrase, not a whole piece.",
        "拉格泰姆只有 5 秒太短了：这是一个 4 小节的乐句，不是完整的乐曲。",
    ),
    (
        Remark(Topic.RANGE_OF_INSTRUMENTS, {"instruments": "music box"}),
        "Some notes were out of range (music box), so I moved them by octaves.",
        "有些音超出了音域（八音盒），所以我把它们移了八度。",
    ),
    (
        Remark(Topic.CUT, {"title": "Ode", "bars": "120", "limit": "64"}),
        "“Ode” has 120 bars; I worked on the first 64.",
        "“Ode”有 120 小节，我只用了前 64 小节。",
    ),
    (
        Remark(Topic.TOO_DENSE, {"notes": "9", "heard": "300"}),
        "The music is too dense for this model: it left out 9 of 300 notes.",
        "音符太密，这个模型容不下：300 个音里略去了 9 个。",
    ),
    (
        Remark(Topic.OUT_OF_RANGE, {"notes": "9", "heard": "300"}),
        "9 of 300 notes are out of this model's range, so I moved them by octaves.",
        "300 个音里有 9 个超出了这个模型的音域，所以我把它们移了八度。",
    ),
    (
        Remark(Topic.OFF_GRID, {"notes": "9", "heard": "300"}),
        "9 of 300 notes are off this model's grid, so I moved them onto it.",
        "300 个音里有 9 个不在这个模型的时间网格上，所以我把它们移到了网格上。",
    ),
    (
        Remark(
            Topic.METRES_DIFFER,
            {
                "first": "Ode",
                "first_metre": "4/4",
                "second": "Jig",
                "second_metre": "6/8",
                "chosen": "4/4",
            },
        ),
        "“Ode” is in 4/4, “Jig” in 6/8, and this in 4/4.",
        "“Ode”是 4/4 拍，“Jig”是 6/8 拍，这首是 4/4 拍。",
    ),
    (
        Remark(Topic.METRE_CHANGES, {"title": "Ode", "chosen": "3/4"}),
        "The metre of “Ode” changes; I took all of it in 3/4.",
        "“Ode”的拍号中途有变化，我全部按 3/4 拍来读。",
    ),
    (
        Remark(Topic.METRE_REPLACED, {"title": "Ode", "asked": "1/32", "chosen": "4/4"}),
        "“Ode” is in 1/32, which I can't count; I took it in 4/4.",
        "“Ode”是 1/32 拍，我数不了，所以按 4/4 拍来读。",
    ),
    (
        Remark(Topic.TEMPO_CHANGES, {"title": "Ode", "tempo": "96"}),
        "The tempo of “Ode” changes; I took all of it at 96 beats a minute.",
        "“Ode”的速度中途有变化，我全部按每分钟 96 拍来读。",
    ),
    (
        Remark(Topic.TEMPO_REPLACED, {"title": "Ode", "asked": "300", "tempo": "240"}),
        "“Ode” has 300 beats a minute; I took it at 240, as far as I go.",
        "“Ode”是每分钟 300 拍，超出了我的范围，我按 240 拍来读。",
    ),
    (
        Remark(Topic.DRUMS_LEFT_OUT, {"title": "Ode"}),
        "I left out the drums of “Ode”.",
        "我去掉了“Ode”里的鼓。",
    ),
    (
        Remark(Topic.TRACKS_LEFT_OUT, {"title": "Ode", "tracks": "12", "kept": "4"}),
        "“Ode” has 12 tracks; I kept the 4 that carry it.",
        "“Ode”有 12 个音轨，我保留了最要紧的 4 个。",
    ),
    (
        Remark(Topic.NOTES_DOUBLED, {"title": "Ode"}),
        "“Ode” has notes shorter than sixteenths, so I counted twice as many beats.",
        "“Ode”里有比十六分音符更短的音，所以我按两倍的拍数来数。",
    ),
    (
        Remark(Topic.PLAYED_FREELY, {"title": "Ode", "notes": "9", "heard": "300"}),
        "9 of the 300 notes of “Ode” are no sixteenths or triplets; I moved them or left them out.",
        "“Ode”的 300 个音符里有 9 个不在十六分音符或三连音上，我把它们移了过去，或者去掉了。",
    ),
    (
        Remark(Topic.SYLLABLES_UNSUNG, {"count": "3"}),
        "3 syllables found no note, so they are not sung.",
        "有 3 个音节没有对应的音符，所以没有唱出来。",
    ),
    (
        Remark(Topic.SYLLABLES_SLURRED, {"count": "3", "sung": "48"}),
        "3 of 48 syllables are sung over several notes.",
        "48 个音节里有 3 个拖唱了几个音。",
    ),
    (
        Remark(Topic.SYLLABLES_SHARED, {"count": "3", "sung": "48"}),
        "3 of 48 syllables share a note with the one before.",
        "48 个音节里有 3 个与前一个音节合唱一个音。",
    ),
    (
        Remark(Topic.NOTES_WITHOUT_WORDS, {"count": "3", "notes": "51"}),
        "3 of the tune's 51 notes have no words.",
        "旋律的 51 个音里有 3 个没有配上词。",
    ),
    (
        Remark(Topic.OPENING_CUT, {"title": "Ode", "bars": "8"}),
        "This begins with bars 1 to 8 of “Ode”; what follows is new.",
        "这首以“Ode”的第 1 到 8 小节开头，后面都是新写的。",
    ),
    (
        Remark(Topic.OPENING_METRE, {"title": "Ode", "asked": "3/4", "chosen": "4/4"}),
        "“Ode” is in 3/4; here the same notes are counted in 4/4.",
        "“Ode”是 3/4 拍的；同样的音符在这里按 4/4 拍来数。",
    ),
    (
        Remark(Topic.OPENING_TUNE_ALONE, {"title": "Ode", "genre": "reel"}),
        "Of “Ode” this has the tune; what goes with it is as in reel music.",
        "这里只保留了“Ode”的旋律，其余声部按里尔舞曲的习惯重写。",
    ),
    (
        Remark(Topic.MODE_OF_TUNE, {"title": "Ode", "mode": "minor", "key": "A minor"}),
        "“Ode” is in a minor key and stays so: this is in A minor.",
        "“Ode”是小调，这一点没有改：现在是 A 小调。",
    ),
    (
        Remark(Topic.LANGUAGE_OF_SCENE),
        "I don't translate, so the verse is in the language of its scene.",
        "我不做翻译，所以这首是用场景的语言写的。",
    ),
    (
        Remark(Topic.FORM_OF_OTHER_LANGUAGE),
        "Verse in this language doesn't come in that form, so I chose another.",
        "这种语言的诗没有所要的体式，所以我另选了一种。",
    ),
    (
        Remark(Topic.LINES_OF_FORM, {"asked": "5", "lines": "8"}),
        "Verse of this form can't have 5 lines, so it has 8.",
        "这种体式不能是 5 行，所以写了 8 行。",
    ),
    (
        Remark(Topic.RHYME_OF_FORM),
        "Verse of this form rhymes in a way of its own.",
        "这种体式的押韵自有规矩。",
    ),
    (
        Remark(Topic.TUNE_IS_CI),
        "A tune pattern asks for ci, so this is no quatrain.",
        "词牌要的是词，所以这首不是绝句。",
    ),
    (
        Remark(Topic.TUNE_LEFT_OUT),
        "Tune patterns are for Chinese verse, so I left this one out.",
        "词牌是中文诗词才有的，所以我没有用它。",
    ),
    (
        Remark(Topic.UNKNOWN_WORDS, {"words": "qwxz"}),
        "I can't write verse with qwxz, so it does without.",
        "我不会用“qwxz”写诗，所以没有写进去。",
    ),
    (
        Remark(Topic.RECORDING_CUT, {"title": "Hum", "limit": "60"}),
        "I listened to the first 60 seconds of “Hum”.",
        "“Hum”我听了前 60 秒。",
    ),
    (
        Remark(Topic.RECIPE_OF_ANOTHER_MODEL, {"then": "rnn-1", "now": "rnn-2"}),
        "The recipe was made by rnn-1, and I have rnn-2 now, so this may be something else.",
        "这个配方出自 rnn-1，而我现在的模型是 rnn-2，所以作出来的可能不一样。",
    ),
    (
        Remark(Topic.JUDGED_FLOWS),
        "Note by note, it moves much as people's music does.",
        "音与音的衔接和人写的音乐很像。",
    ),
    (
        Remark(Topic.JUDGED_BETWEEN),
        "Note by note, it could be a person's or a machine's.",
        "从音与音的衔接看，可能是人写的，也可能不是。",
    ),
    (
        Remark(Topic.JUDGED_STRAYS),
        "Note by note, it often goes where people's music seldom does.",
        "音与音的衔接常常走到人写的音乐很少去的地方。",
    ),
    (
        Remark(Topic.JUDGED_BAR, {"bar": "5"}),
        "Bar 5 sounds the least like what people write.",
        "第 5 小节最不像人写的。",
    ),
    (
        Remark(Topic.JUDGED_USUAL, {"genre": "jig"}),
        "Its range, rhythm, repetition and dissonance are as usual in jig music.",
        "音域、节奏、重复和不协和的程度都和一般的吉格舞曲差不多。",
    ),
    (
        Remark(Topic.JUDGED_DISSONANT, {"value": "30%", "genre": "jig", "usual": "5%"}),
        "Notes grate on 30% of its beats; in jig music it is 5%.",
        "30% 的拍子上有刺耳的音程；吉格舞曲里一般是 5%。",
    ),
    (
        Remark(Topic.JUDGED_OUT_OF_SCALE, {"value": "30%", "genre": "jig", "usual": "5%"}),
        "30% of its notes lie in one scale; in jig music it is 5%.",
        "30% 的音落在同一个音阶里；吉格舞曲里一般是 5%。",
    ),
    (
        Remark(Topic.JUDGED_REPEATS_LITTLE, {"genre": "jig"}),
        "Its bars come back less than in jig music.",
        "小节的再现比一般的吉格舞曲少。",
    ),
    (
        Remark(Topic.JUDGED_REPEATS_MUCH, {"genre": "jig"}),
        "It repeats itself more than jig music does.",
        "重复比一般的吉格舞曲多。",
    ),
    (
        Remark(Topic.JUDGED_UNEVEN, {"genre": "jig"}),
        "Its rhythm changes more from bar to bar than that of jig music.",
        "各小节之间的节奏变化比一般的吉格舞曲大。",
    ),
    (
        Remark(Topic.JUDGED_WIDE, {"value": "3.2", "genre": "jig", "usual": "2.1"}),
        "It spans 3.2 semitones; jig music spans about 2.1.",
        "音域有 3.2 个半音；吉格舞曲一般约 2.1 个。",
    ),
    (
        Remark(Topic.JUDGED_NARROW, {"value": "3.2", "genre": "jig", "usual": "2.1"}),
        "It spans only 3.2 semitones; jig music spans about 2.1.",
        "音域只有 3.2 个半音；吉格舞曲一般约 2.1 个。",
    ),
    (
        Remark(Topic.JUDGED_DENSE, {"value": "3.2", "genre": "jig", "usual": "2.1"}),
        "It has 3.2 notes a bar; jig music has about 2.1.",
        "每小节有 3.2 个音；吉格舞曲一般约 2.1 个。",
    ),
    (
        Remark(Topic.JUDGED_SPARSE, {"value": "3.2", "genre": "jig", "usual": "2.1"}),
        "It has only 3.2 notes a bar; jig music has about 2.1.",
        "每小节只有 3.2 个音；吉格舞曲一般约 2.1 个。",
    ),
    (
        Remark(Topic.JUDGED_STRIDES, {"value": "3.2", "genre": "jig", "usual": "2.1"}),
        "Its lines move by 3.2 semitones at a time; those of jig music by about 2.1.",
        "旋律每步平均 3.2 个半音；吉格舞曲一般约 2.1 个。",
    ),
    (
        Remark(Topic.JUDGED_STEPS, {"value": "3.2", "genre": "jig", "usual": "2.1"}),
        "Its lines move by only 3.2 semitones at a time; those of jig music by about 2.1.",
        "旋律每步平均只有 3.2 个半音；吉格舞曲一般约 2.1 个。",
    ),
    (
        Remark(Topic.JUDGED_LEAPS, {"value": "30%", "genre": "jig", "usual": "5%"}),
        "30% of the steps of its tune are wider than an octave; in jig music it is 5%.",
        "旋律中有 30% 的跳进超过八度；吉格舞曲里一般是 5%。",
    ),
    (
        Remark(Topic.JUDGED_EMPTY, {"value": "30%", "genre": "jig", "usual": "5%"}),
        "30% of its bars are empty; in jig music it is 5%.",
        "30% 的小节是空的；吉格舞曲里一般是 5%。",
    ),
    (
        Remark(Topic.JUDGED_CROSSES, {"value": "30%", "genre": "jig", "usual": "5%"}),
        "Its voices cross on 30% of the beats; in jig music it is 5%.",
        "30% 的拍子上有声部交叉；吉格舞曲里一般是 5%。",
    ),
    (
        Remark(Topic.JUDGED_PARALLELS, {"value": "3.2", "genre": "jig", "usual": "2.1"}),
        "Fifths or octaves move in parallel 3.2 times a bar; in jig music it is 2.1.",
        "每小节有 3.2 次平行五度或八度；吉格舞曲里一般是 2.1 次。",
    ),
    (
        Remark(Topic.JUDGED_SURPRISING, {"genre": "jig", "value": "3.2", "usual": "2.1"}),
        "Its notes surprise the composer more than jig music does (3.2 nats a note; usual: 2.1).",
        "它的音比一般的吉格舞曲更出乎作曲模型的意料（每音 3.2 纳特；一般 2.1）。",
    ),
]


@pytest.mark.parametrize(("remark", "english", "chinese"), REMARKS)
def test_a_remark_names_things_in_the_readers_language(remark, english, chinese):
    assert wording_for(discord.Locale.american_english).remark(remark) == english == str(remark)
    assert wording_for(discord.Locale.chinese).remark(remark) == chinese


def test_every_topic_of_a_remark_is_read_above():
    assert {remark.topic for remark, _, _ in REMARKS} == set(Topic)
