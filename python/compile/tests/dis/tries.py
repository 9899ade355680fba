def f(x):
    for i in x:
        try:
            return i()
        except (A, B) as e:
            print(e)
        except C:
            raise
        else:
            continue
        finally:
            x.done()
def g(x):
    try:
        x()
    except* A as e:
        print(e)
