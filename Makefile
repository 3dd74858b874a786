# Every target is `python make.py TARGET`; type that where there is no make.
# What follows goes in ARGS: make course ARGS=01, make test ARGS=tests/classroom/test_course.py
PYTHON ?= python3

.PHONY: lab update test test-all course homework book slides pdf bench lint doctor setup clean lock
lab update test test-all course homework book slides pdf bench lint doctor setup clean lock:
	@$(PYTHON) make.py $@ $(ARGS)
