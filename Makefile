PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := services/events services/process services/warehouse services/emulator services/producer services/consumer operator local

.PHONY: lock
