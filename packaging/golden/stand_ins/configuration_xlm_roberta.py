"""Stands in for the file of this name in jinaai/xlm-roberta-flash-implementation, with its default base."""

from transformers import PretrainedConfig


class XLMRobertaFlashConfig(PretrainedConfig):
    model_type = "xlm-roberta"

    def __init__(self, rotary_emb_base=10000.0, **settings):
        self.rotary_emb_base = rotary_emb_base
        super().__init__(**settings)
