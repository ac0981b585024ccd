"""The command `winepipeline`: the whole pipeline on a laptop."""
