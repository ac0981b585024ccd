"""Dead letters: read them, show what is wrong with them, mend them, and send each to its topic again once.

    opened.py       a letter, and the mark that it was sent again, from a message's headers
    folded.py       which messages are the same letter, and which were sent again
    selection.py    which letters are meant
    fault_place.py  where in a message the fault is
    edited.py       letters as lines of JSON, to be edited and read again
    decision.py     what becomes of a letter: sent, or why not
    replay.py       sends; kafka.py and rejects.py are its ways to the topics and to the table of rejects

All but the last three are pure.
"""
