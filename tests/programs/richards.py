# gc-stress: 500
# The scheduler's counters and the state of every task after a run.
import sys

sys.path[:0] = sys.argv[1:3]
import run_benchmark as bench


def tasks():
    area = bench.taskWorkArea
    for task in area.taskTab:
        if task is None:
            continue
        record = sorted(vars(task.handle).items())
        plain = [(k, v if isinstance(v, int) or v is None else packets(v)) for k, v in record]
        print(type(task).__name__, task.ident, task.priority, task.packet_pending, task.task_waiting,
              task.task_holding, packets(task.input), plain)


def packets(packet):
    found = []
    while packet is not None:
        found.append((packet.ident, packet.kind, packet.datum, packet.data))
        packet = packet.link
    return found


for run in range(2):
    print(bench.Richards().run(1), bench.taskWorkArea.holdCount, bench.taskWorkArea.qpktCount)
    tasks()

# A short run with the trace that the program can print.
class ShortIdle(bench.IdleTaskRec):
    def __init__(self):
        super().__init__()
        self.count = 60


bench.IdleTaskRec = ShortIdle
bench.tracing = True
print(bench.Richards().run(1))
print(bench.taskWorkArea.holdCount, bench.taskWorkArea.qpktCount)
tasks()
try:
    bench.taskWorkArea.taskList.findtcb(0)
except Exception as e:
    print(type(e).__name__, e)
