# Aliases of the commands of ./grt.
.PHONY: demo test check up down

demo test check up down:
	./grt $@
