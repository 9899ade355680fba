# SystemExit with a text prints it to standard error and ends with 1.
# check: stderr
print("start")
raise SystemExit("the reason")
