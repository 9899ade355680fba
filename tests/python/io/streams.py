# Streams over user classes, buffers read and written, text in several encodings, positions.
import _io as io, os
FOLDER='/tmp/taipan_io_%d_' % os.getpid()
def t(f):
    try: print(repr(f()))
    except BaseException as e: print(type(e).__name__, e)
# user classes
class Raw(io._RawIOBase):
    def __init__(s, data): s.data=data; s.pos=0; s.out=[]
    def readable(s): return True
    def writable(s): return True
    def seekable(s): return True
    def readinto(s,b):
        n=min(len(b),3,len(s.data)-s.pos); b[:n]=s.data[s.pos:s.pos+n]; s.pos+=n; return n
    def write(s,b): s.out.append(bytes(b[:4])); return min(4,len(b))
    def seek(s,p,w=0):
        s.pos = p if w==0 else s.pos+p if w==1 else len(s.data)+p
        return s.pos
r=Raw(b'hello\nworld\nxyz')
t(lambda: r.read(2)); t(lambda: r.readall()); r.pos=0
b=io.BufferedReader(r,4)
t(lambda: b.readline()); t(lambda: b.peek()); t(lambda: b.tell()); t(lambda: b.read(3)); t(lambda: b.seek(1)); t(lambda: b.read()); t(lambda: b.read())
r.pos=0; whole=io.BufferedReader(r); t(lambda: list(whole))
r=Raw(b'')
w=io.BufferedWriter(r,8); t(lambda: w.write(b'0123456789abc')); t(lambda:(w.flush(), r.out)); t(lambda: w.write(b'zz')); t(lambda: w.tell()); w.close(); t(lambda:(r.out,r.closed,w.closed))
# re-entrancy
class Bad(Raw):
    def write(s,b):
        return s.w.write(b'again')
bad=Bad(b''); bad.w=io.BufferedWriter(bad,4); t(lambda: bad.w.write(b'0123456789'))
class None_(Raw):
    def write(s,b): return None
    def readinto(s,b): return None
n=None_(b''); w=io.BufferedWriter(n,4); t(lambda: w.write(b'01'))
try: w.flush()
except BlockingIOError as e: print(e.characters_written, e.args[1:])
nr=io.BufferedReader(n); t(lambda: nr.read(4)); t(lambda: nr.read()); t(lambda: nr.read1()); t(lambda: n.read(3)); t(lambda: n.readall())
class Lie(Raw):
    def readinto(s,b): return len(b)+1
    def write(s,b): return -1
l=Lie(b''); lr=io.BufferedReader(l,4); t(lambda: lr.read(2)); lw=io.BufferedWriter(l,4); t(lambda: (lw.write(b'a'),lw.flush()))
class Err(Raw):
    def write(s,b): raise ValueError('w')
    def close(s): raise KeyError('c')
e=io.BufferedWriter(Err(b'')); e.write(b'x')
try: e.close()
except KeyError as x: print(repr(x), repr(x.__context__))
# random
f=io.open(FOLDER+'r','w+b'); f.write(b'0123456789'); f.seek(2); print(f.read(3), f.tell()); f.write(b'AB'); print(f.tell()); f.seek(0); print(f.read()); f.seek(-3,2); print(f.read(1)); f.truncate(); f.seek(0); print(f.read(), f.peek()); f.close()
# text
x=io.BytesIO(); w=io.TextIOWrapper(x,'utf-8',newline='\r\n',write_through=True); w.write('a\nb\n'); print(x.getvalue()); w.write('\u00e9\U00012345'); print(x.getvalue()); w.detach()
for enc in ('utf-8','latin-1','ascii','utf-16','utf-8-sig','cp1252'):
    try:
        x=io.BytesIO(); w=io.TextIOWrapper(x,enc,newline=''); w.write('abc\r\nd\u00e9f\n'); w.flush(); d=x.getvalue(); print(enc,d)
        x.seek(0); r=io.TextIOWrapper(x,enc); c=[]
        while True:
            p=r.tell(); ch=r.read(1); c.append((p,ch))
            if not ch: break
        print(c, r.newlines)
        for p,ch in reversed(c):
            r.seek(p); assert r.read(1)==ch,(p,ch)
        w.detach()
    except BaseException as e: print(enc,type(e).__name__,e)
big=''.join('line %d \u00e9\u1234\n'%i for i in range(5000))
with io.open(FOLDER+'big','w',encoding='utf-8') as f: f.write(big)
with io.open(FOLDER+'big',encoding='utf-8') as f: print(f.read()==big)
with io.open(FOLDER+'big',encoding='utf-8') as f: print(''.join(f)==big)
with io.open(FOLDER+'big',encoding='utf-8') as f:
    out=[]
    while s:=f.read(777): out.append(s)
    print(''.join(out)==big)
with io.open(FOLDER+'big',encoding='utf-8') as f:
    for i in range(1000): f.readline()
    p=f.tell(); a=f.readline(); b=f.read(); f.seek(p); print(f.readline()==a, f.read()==b)
with io.open(FOLDER+'big','r+',encoding='utf-8') as f:
    f.readline(); f.seek(0); f.write('LINE'); f.seek(0); print(f.readline())
r=io.TextIOWrapper(io.BytesIO(b'a\r\nb\rc\nd\r'),newline=''); print(list(r))
r=io.TextIOWrapper(io.BytesIO(b'a\r\nb\rc\nd\r'),newline='\r\n'); r._CHUNK_SIZE=2; print(list(r))
r=io.TextIOWrapper(io.BytesIO(b'a\r\nb\rc\nd\r'),newline='\r'); print(list(r))
r=io.TextIOWrapper(io.BytesIO(b'a\r\nb\rc\nd\r')); r._CHUNK_SIZE=2; print(list(r), r.newlines)
r=io.TextIOWrapper(io.BytesIO(b'\xff\xe9abc\xe2\x82'),errors='surrogateescape',encoding='utf-8'); r._CHUNK_SIZE=1; print(ascii(r.read(3)), ascii(r.read()))
r=io.TextIOWrapper(io.BytesIO(b'abc\xe2\x82'),encoding='utf-8'); t(lambda: r.read())
class Sub(io.TextIOWrapper):
    def readline(self,*a): return 'sub\n' if not hasattr(self,'done') else ''
s=Sub(io.BytesIO(b'')); s.attr=5; t(lambda: s.attr); t(lambda: next(s)); t(lambda: s)
class SB(io.BytesIO):
    def close(s): print('closing'); super().close()
with SB(b'x') as sb: print(sb.read())
class SF(io.FileIO): pass
f=SF('/dev/null'); f.z=1; print(f, f.z, f.__dict__); f.close()
s=io.StringIO(); s.write('abc'); s.write('\u1234'); s.seek(1); s.write('Z'); print(s.getvalue(), s.tell(), s.read()); s.seek(10); s.write('q'); print(ascii(s.getvalue()))
class C2(io.BytesIO, io._RawIOBase): pass
print(C2(b'ok').read())
print(io.open('/dev/null',mode='rb',buffering=0).read(5))
f=io.open('/dev/full','w'); t(lambda: f.write('x'*10)); t(lambda: f.close()); print(f.closed)
for name in ('r','big'): os.remove(FOLDER+name)
