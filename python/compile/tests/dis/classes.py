class A(B, metaclass=M):
    """Doc."""
    x: int = 1
    def f(self):
        super().f()
        self.z = __class__
    y = [x for x in range(3)]
class G[T: int]:
    def m[U](self, a: T, b: U = 1) -> T: ...
