"""Stands in for the file of this name in jinaai/jina-bert-implementation; only what the stand-in reads."""

from transformers import PretrainedConfig


class JinaBertConfig(PretrainedConfig):
    model_type = "bert"
