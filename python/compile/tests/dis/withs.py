def f(p):
    with open(p) as f, p:
        return f.read()
async def g(p):
    async with p as q:
        async for r in q:
            await r
    return [x async for x in p]
