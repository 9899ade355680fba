# Coding lines: character sets by their many names, their bytes, and what is wrong with some.
names = [
    "iso-8859-1", "latin-1", "ISO_8859-2", "latin2", "iso8859-3", "iso-8859-4", "iso-8859-5", "cyrillic", "iso-8859-6", "greek", "hebrew", "iso-8859-9", "latin5",
    "iso-8859-10", "iso-8859-11", "iso-8859-13", "iso-8859-14", "iso-8859-15", "latin9", "iso-8859-16", "tis-620", "cp866", "IBM866", "cp874",
    "cp1250", "windows-1251", "cp1252", "cp1253", "windows-1254", "cp1255", "cp1256", "cp1257", "cp1258", "koi8-r", "KOI8_U", "mac-roman", "macintosh", "mac-cyrillic",
]
for name in names:
    here = {}
    wrong = []
    good = []
    for byte in range(128, 256):
        source = b"# -*- coding: " + name.encode() + b" -*-\nx = '" + bytes([byte]) + b"'\n"
        try:
            exec(source, here)
        except SyntaxError as e:
            if not wrong:
                print(e.msg, e.args[1])
            wrong.append(byte)
        else:
            good.append(ord(here["x"]))
    print(name, wrong, sum(place * point for place, point in enumerate(good)))

for name, text in [
    ("shift_jis", "日本語テキスト\\~ｱ"), ("sjis", "〜‖−"), ("cp932", "①髙"), ("euc-jp", "日本語〜"), ("gbk", "中文字符"), ("gb2312", "中文"), ("gb18030", "中文𠀀é"),
    ("big5", "中文字符"), ("cp950", "中文▓"), ("euc-kr", "한국어"), ("cp949", "한국어똠"), ("ms949", "힣"),
]:
    data = {
        "shift_jis": b"\x93\xfa\x96{\x8c\xea\x83e\x83L\x83X\x83g\\\\~\xb1", "sjis": b"\x81`\x81a\x81|", "cp932": b"\x87@\xfb\xfc", "euc-jp": b"\xc6\xfc\xcb\xdc\xb8\xec\xa1\xc1",
        "gbk": b"\xd6\xd0\xce\xc4\xd7\xd6\xb7\xfb", "gb2312": b"\xd6\xd0\xce\xc4", "gb18030": b"\xd6\xd0\xce\xc4\x952\x826\xa8\xa6", "big5": b"\xa4\xa4\xa4\xe5\xa6r\xb2\xc5",
        "cp950": b"\xa4\xa4\xa4\xe5\xf9\xfe", "euc-kr": b"\xc7\xd1\xb1\xb9\xbe\xee", "cp949": b"\xc7\xd1\xb1\xb9\xbe\xee\x8cc", "ms949": b"\xc6R",
    }[name]
    here = {}
    exec(b"# coding=" + name.encode() + b"\nx = '''" + data + b"'''\n", here)
    print(name, here["x"] == text, ascii(here["x"]))


def show(source):
    try:
        compile(source, "given.py", "exec")
        print(ascii(source), "compiles")
    except SyntaxError as e:
        print(ascii(source), type(e).__name__, e.msg, e.lineno, e.offset, e.end_lineno, e.end_offset, ascii(e.text), e)


show(b"# coding: foo\nx=1\n")
show(b"# coding: Foo_Bar.x\nx=1\n")
show(b"# coding: koi8-r\nx='\xe4'\n")
show(b"# coding: iso-8859-5\nx='\xe4' +\n")
show(b"# coding: cp1252\nx='a'\ny='\x81'\n")
show(b"# coding: gbk\nx='a'\ny='\x81'\n")
show(b"# coding: euc-kr\nx='a'\ny='\xff'\n")
show(b"# coding: shift_jis\nx='\x87\x40'\n")
show(b"# coding: ascii\nx='a'\ny='\xff'\n")
show(b"# coding: utf-8\nx='a'\ny='\xff'\n")
show(b"# coding: utf-8\nx='a'\ny='\xe4a'\n")
show(b"x='a'\ny='\xff'\n")
show(b"x='\xc3\xa4'\nz='\xc3\xa4' + '\xe4'\n")
show(b"\xef\xbb\xbf# coding: latin-1\nx='a'\n")
show(b"\xef\xbb\xbf# coding: foo\nx='a'\n")
show(b"\xef\xbb\xbf# coding: utf-8\nx='\xc3\xa4'\n")
show(b"x='a'\0\n")
show("x='a'\0\n")
show(b"# coding: foo\nx='a'\0\n")
show(b"\n# coding: foo\nx='a'\n")
show(b"\n\n# coding: foo\nx='a'\n")
show(b"x=1\n# coding: foo\nx='a'\n")
show("# coding: foo\nx='a'\n")
show(b"# coding: utf-8-sig\nx='a'\n")
show(b"# coding: utf_8_foo\nx='a'\n")
show(b"# coding: utf8mb4\nx='a'\n")
show(b"# xcoding: x\nx='\xfd\x80'\n")
