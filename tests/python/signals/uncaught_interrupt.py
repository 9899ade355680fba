# A KeyboardInterrupt that nobody catches ends the program by its signal.
# oracle: 3.13
# check: exit
import _thread

print("start", flush=True)
_thread.interrupt_main()
while True:
    pass
