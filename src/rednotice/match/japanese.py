"""Japanese names in Han that are written without a space: where the given name begins.

How a Japanese name is said cannot be told from its characters one by one, as a Chinese one's can. So its surname and
its given name are each one word, which `rigour` knows by its readings. A name is taken for Japanese if it begins with a
surname of Japan.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rednotice.match.known import symbols_of

SURNAMES = frozenset(
    "佐藤 鈴木 高橋 髙橋 田中 渡辺 渡邊 渡邉 渡部 伊藤 伊東 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 "
    "木村 斎藤 斉藤 齋藤 齊藤 清水 山崎 山﨑 池田 橋本 阿部 安部 石川 山下 中島 中嶋 石井 小川 前田 岡田 長谷川 "
    "藤田 後藤 近藤 村上 遠藤 青木 坂本 福田 太田 大田 西村 藤井 金子 岡本 藤原 中野 三浦 原田 中川 松田 竹内 "
    "小野 田村 中山 和田 石田 森田 上田 内田 柴田 酒井 宮崎 横山 高木 安藤 宮本 大野 小島 工藤 谷口 今井 高田 "
    "増田 丸山 杉山 村田 大塚 新井 小山 平野 藤本 河野 上野 野口 武田 松井 千葉 菅原 岩崎 久保 木下 佐野 野村 "
    "松尾 菊地 菊池 市川 杉本 古川 大西 島田 水野 桜井 櫻井 高野 吉川 山内 西田 飯田 西川 小松 北村 安田 五十嵐 "
    "川口 平田 中田 久保田 服部 川崎 岩田 土屋 本田 福島 樋口 秋山 田口 永井 中西 山中 吉村 川上 石原 大橋 松岡 "
    "馬場 浜田 森本 星野 矢野 浅野 石橋 松下 大久保 吉岡 荒木 小池 浅井 岡崎 西山 大石 片山 三宅 児玉 富田 広瀬 "
    "廣瀬 大島 内藤 望月 須藤 黒田 岩本 尾崎 早川 松村 小西 平井 荒井 鎌田 栗原 川村 宮田 小田 熊谷 大川 堀内 "
    "足立 山根 川田 植田 奥村 平山 横田 石黒 田辺 田邊 松浦 白石 吉野 三好 川島 川原 関口 本間 松永 堀江 桑原 "
    "篠原 片岡 榎本 八木 津田 大森 小原 岡野 中尾 戸田 稲垣 河合 成田 黒木 西岡 高山 高島 坂井 坂口 坂田 飯塚 "
    "大谷 藤川 東海林 長尾 長田 永田 長島 長嶋 宇野 塚本 神田 森下 森川 森山 村山 村井 村松 根本 柳沢 柳田 松原 "
    "松崎 松山 松川 石塚 石崎 石山 井口 井出 井手 今村 今野 岩井 岩下 上原 上村 植木 梅田 江口 榊原 大城 大沢 "
    "大竹 大平 大山 大内 大原 岡部 岡村 小倉 小沢 小澤 小笠原 小野寺 尾形 緒方 落合 柏木 金井 金田 亀井 川端 川本 "
    "河村 河原 神谷 岸本 木内 北川 北島 北野 草野 窪田 倉田 黒川 桑田 郷田 小泉 小出 小寺 小柳 小谷 小菅 駒井 "
    "斉木 澤田 沢田 塩田 志村 品川 柴崎 渋谷 島崎 島村 下田 下村 庄司 白井 白川 新谷 進藤 菅野 菅谷 杉浦 杉田 "
    "鈴村 住吉 瀬戸 千田 曽根 染谷 高井 高倉 高瀬 高梨 高松 高見 高村 滝沢 滝口 竹下 竹田 竹中 武井 武藤 田島 "
    "田代 立花 谷川 谷本 玉井 田原 堤下 寺田 土井 東条 東條 徳永 富永 富岡 豊田 鳥居 内山 中井 中澤 中沢 中谷 "
    "中原 中本 永野 永山 夏目 成瀬 南部 新田 西尾 西沢 西野 西原 西本 二宮 野崎 野田 野中 野々村 萩原 橋口 橋田 "
    "長谷部 畠山 花田 羽田 浜口 濱田 濱口 林田 原口 東野 久野 日高 平川 平松 平尾 広田 深沢 深澤 福井 福岡 福原 "
    "福本 福山 藤岡 藤沢 藤澤 藤村 藤野 藤森 藤山 船越 古田 古谷 細川 細田 堀田 堀川 堀口 本多 本橋 前川 前原 "
    "牧野 牧田 正木 町田 丸田 水谷 水上 溝口 三上 三木 三島 三田 三谷 南野 峯岸 宮内 宮川 宮下 宮沢 宮澤 宮城 "
    "宮原 向井 村岡 村木 村瀬 村中 室井 森岡 森口 森脇 諸星 矢島 安井 安川 安倍 柳原 矢部 山岡 山上 山川 山岸 "
    "山地 山城 山村 山路 湯浅 横井 横尾 吉井 吉本 吉原 吉沢 吉澤 吉永 米田 米山 若林 若松 和久井 鷲尾 渡会 松坂 "
    "大江 小室 宇多田 浜崎 綾瀬 新垣 比嘉 金城 玉城 島袋 仲村 具志堅 安室 麻生 鳩山 福沢 夏川 北条 北條 上杉 織田 "
    "豊臣 徳川 伊達 毛利 島津 真田 今川 柴咲 木戸 西郷 大隈 伊集院 東郷 乃木 永谷 小早川 長曽我部 勅使河原 佐久間 "
    "日比野 宇佐美 安達 足利 新海 宮部 谷崎 川瀬 川西 川野 川合 河本 黒澤 黒沢 芥川 太宰 三船 北大路 香川 菅田 "
    "福士 妻夫木 相沢 相澤 相田 相川 会田 青山 青柳 赤坂 赤木 赤松 秋田 秋元 秋本 朝倉 浅田 浅川 浅沼 飯島 飯野 "
    "生田 池上 池内 石倉 石本 板垣 板倉 市原 市村 一ノ瀬 一瀬 稲田 稲葉 井川 井田 井原 今田 岩瀬 岩永 岩間 入江 "
    "上島 牛島 内海 宇田川 梅原 梅津 梅村 浦田 江川 江藤 海老原 遠山 大井 大木 大沼 大場 大村 大貫 大和田 岡島 "
    "岡山 沖田 奥田 奥山 奥野 小畑 小幡 小関 小栗 尾上 折田 笠井 笠原 春日 片桐 勝田 加納 狩野 上条 神山 神崎 "
    "亀田 川名 菊田 岸田 北原 木原 木島 木本 串田 国枝 久米 倉持 桑野 小坂 小杉 小宮 小森 古賀 越智 近田 斎木 "
    "酒巻 佐伯 坂上 坂東 桜庭 笹川 笹本 佐竹 里見 猿渡 塩谷 塩見 重松 篠田 芝田 島本 清野 下山 白鳥 城田 末永 "
    "杉原 杉村 須田 諏訪 関根 関谷 瀬川 仙石 園田 大工原 高岡 高嶋 高畑 高原 滝川 滝田 竹村 竹本 辰巳 田上 田崎 "
    "田畑 田淵 田宮 丹羽 千野 築地 辻本 土田 土居 寺島 寺本 天野 戸塚 富山 友田 鳥海 鳥山 内野 長井 長岡 長沢 "
    "長澤 長沼 長浜 長野 中條 中条 中里 中津 永瀬 永島 永嶋 楢崎 南雲 西井 西谷 西脇 西森 丹生 根岸 根津 野上 "
    "野沢 野澤 野島 野原 野本 能登 萩野 羽生 橋爪 蓮見 畑中 服巻 浜野 早坂 早瀬 原島 半田 東山 東出 久松 土方 "
    "平岡 平林 平沢 平澤 平塚 平原 深田 深井 福永 福地 福留 福間 藤崎 藤島 藤倉 藤代 藤谷 藤平 古沢 古澤 星川 "
    "細谷 保坂 堀越 本郷 本庄 前島 前野 増井 増子 松木 松沢 松澤 松島 松嶋 松野 松宮 真鍋 三沢 三澤 三井 三橋 "
    "三村 三輪 水島 水口 水田 緑川 皆川 峰岸 蓑田 宮島 宮野 宮地 宮坂 宮脇 武者小路 村川 村越 村島 村野 持田 元木 "
    "本山 森内 森永 森井 八代 安岡 谷田 矢沢 矢澤 山形 山縣 山科 山野 山部 湯川 横川 横溝 吉崎 吉武 四元 和泉 "
    "若山 脇田 渡瀬 綿貫 森 辻 堀 岡 畑 榊 峯 滝 梶".split()
)
"""Common surnames, put together by hand. Those of one character that are Chinese too (林, 原, 谷) are left out."""
LONGEST = max(map(len, SURNAMES))
SURELY = 4
"""Characters from which on a name with such a surname is no Chinese one."""
GIVEN_LIMIT = 3
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc]+")


def divide(parts: Sequence[str]) -> tuple[str, str] | None:
    """The surname and the given name of a name in Han, divided or not; none, if it does not look Japanese.

    >>> divide(["鈴木一郎"]), divide(["佐々木", "希"]), divide(["王小明"])
    (('鈴木', '一郎'), ('佐々木', '希'), None)
    """
    if len(parts) == 2:
        return (parts[0], parts[1]) if parts[0] in SURNAMES else None
    name = parts[0] if len(parts) == 1 else ""
    for length in range(min(LONGEST, len(name) - 1), 0, -1):
        surname, given = name[:length], name[length:]
        if surname in SURNAMES and (
            _KANA.fullmatch(given)
            or (len(name) >= SURELY and length > 1 and len(given) <= GIVEN_LIMIT)
            or symbols_of(given)
        ):
            return surname, given
    return None
