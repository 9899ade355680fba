# SystemExit with a code ends the program quietly; finally blocks run.
# check: stderr
import sys


def work():
    try:
        sys.exit(3)
    finally:
        print("cleaning")


try:
    sys.exit("caught text")
except SystemExit as e:
    print(repr(e.code))
work()
