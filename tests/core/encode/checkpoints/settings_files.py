"""config.json and the settings of encoding, with the field sets of the published checkpoints."""

from __future__ import annotations

from typing import Any

from tests.core.encode.checkpoints.tensors import Size

Json = dict[str, Any]

LANGUAGES = ("en_XX", "ja_XX", "de_DE", "ar_AR")


def bert_config(size: Size, heads: int) -> Json:
    """bclavie/JaColBERT (config.json, commit 60cf2ae)."""
    return _sizes(size, heads) | {
        "_name_or_path": "cl-tohoku/bert-base-japanese-v3",
        "architectures": ["HF_ColBERT"],
        "attention_probs_dropout_prob": 0.1,
        "classifier_dropout": None,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "initializer_range": 0.02,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": size.positions,
        "model_type": "bert",
        "pad_token_id": 0,
        "position_embedding_type": "absolute",
        "torch_dtype": "float32",
        "transformers_version": "4.35.2",
        "type_vocab_size": 2,
        "use_cache": True,
    }


def jina_bert_config(size: Size, heads: int) -> Json:
    """jinaai/jina-colbert-v1-en (config.json, a74bd24): it calls itself `bert`, which it is not."""
    code = "jinaai/jina-bert-implementation--"
    return _sizes(size, heads) | {
        "_name_or_path": "colbert-v2-like-run",
        "architectures": ["HF_ColBERT"],
        "attention_probs_dropout_prob": 0.0,
        "attn_implementation": None,
        "auto_map": {
            "AutoConfig": f"{code}configuration_bert.JinaBertConfig",
            "AutoModel": f"{code}modeling_bert.JinaBertModel",
            "AutoModelForMaskedLM": f"{code}modeling_bert.JinaBertForMaskedLM",
            "AutoModelForSequenceClassification": f"{code}modeling_bert.JinaBertForSequenceClassification",
        },
        "classifier_dropout": None,
        "emb_pooler": "mean",
        "feed_forward_type": "geglu",
        "gradient_checkpointing": False,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "initializer_range": 0.02,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": size.positions,
        "model_max_length": size.positions,
        "model_type": "bert",
        "pad_token_id": 0,
        "position_embedding_type": "alibi",
        "torch_dtype": "float32",
        "transformers_version": "4.36.2",
        "type_vocab_size": 2,
        "use_cache": True,
    }


def rotary_config(size: Size, heads: int) -> Json:
    """jinaai/jina-colbert-v2 (config.json, 426746d): no `model_type`; its rotary base is 10,000."""
    code = "jinaai/xlm-roberta-flash-implementation--"
    return _sizes(size, heads) | {
        "_name_or_path": "jinaai/jina-colbert-v2",
        "architectures": ["HF_ColBERT"],
        "attention_probs_dropout_prob": 0.1,
        "auto_map": {
            "AutoConfig": f"{code}configuration_xlm_roberta.XLMRobertaFlashConfig",
            "AutoModel": f"{code}modeling_xlm_roberta.XLMRobertaModel",
            "AutoModelForMaskedLM": f"{code}modeling_xlm_roberta.XLMRobertaForMaskedLM",
            "AutoModelForPreTraining": f"{code}modeling_xlm_roberta.XLMRobertaForPreTraining",
        },
        "bos_token_id": 0,
        "classifier_dropout": None,
        "emb_pooler": None,
        "eos_token_id": 2,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "initializer_range": 0.02,
        "layer_norm_eps": 1e-05,
        "load_trained_adapters": False,
        "lora_adaptations": None,
        "lora_alpha": 1,
        "lora_dropout_p": 0.0,
        "lora_main_params_trainable": False,
        "lora_rank": 4,
        "matryoshka_dimensions": None,
        "max_position_embeddings": size.positions,
        "output_past": True,
        "pad_token_id": 1,
        "position_embedding_type": "rotary",
        "rotary_emb_base": 10000.0,
        "torch_dtype": "bfloat16",
        "transformers_version": "4.43.4",
        "truncate_dim": None,
        "type_vocab_size": 1,
        "use_cache": False,
        "use_flash_attn": True,
        "use_reentrant": False,
    }


def xmod_config(size: Size, heads: int) -> Json:
    """antoinelouis/colbert-xm (config.json), with four of its 81 languages."""
    return _sizes(size, heads) | {
        "_name_or_path": "facebook/xmod-base",
        "adapter_layer_norm": False,
        "adapter_reduction_factor": 2,
        "adapter_reuse_layer_norm": True,
        "architectures": ["HF_ColBERT"],
        "attention_probs_dropout_prob": 0.1,
        "bos_token_id": 0,
        "classifier_dropout": None,
        "default_language": LANGUAGES[0],
        "eos_token_id": 2,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "initializer_range": 0.02,
        "languages": list(LANGUAGES),
        "layer_norm_eps": 1e-05,
        "ln_before_adapter": True,
        "max_position_embeddings": size.positions,
        "model_type": "xmod",
        "pad_token_id": 1,
        "position_embedding_type": "absolute",
        "pre_norm": False,
        "torch_dtype": "float32",
        "transformers_version": "4.36.2",
        "type_vocab_size": 1,
        "use_cache": True,
    }


def _sizes(size: Size, heads: int) -> Json:
    return {
        "hidden_size": size.hidden,
        "intermediate_size": size.inner,
        "num_attention_heads": heads,
        "num_hidden_layers": size.layers,
        "vocab_size": size.rows,
    }


def metadata(
    doc_length: int, dim: int, *, attend: bool, markers: tuple[str, str] = ("[unused0]", "[unused1]")
) -> Json:
    """artifact.metadata as colbert-ai writes it: its whole configuration. The labels are nobody's markers."""
    return {
        "query_token_id": markers[0],
        "doc_token_id": markers[1],
        "query_token": "[質問s]",
        "doc_token": "[文書]",
        "ncells": None,
        "centroid_score_threshold": None,
        "ndocs": None,
        "load_index_with_mmap": False,
        "index_path": None,
        "nbits": 2,
        "kmeans_niters": 4,
        "resume": False,
        "similarity": "cosine",
        "bsize": 32,
        "accumsteps": 1,
        "lr": 5e-06,
        "maxsteps": 8000,
        "save_every": None,
        "warmup": 800,
        "warmup_bert": None,
        "relu": False,
        "nway": 2,
        "use_ib_negatives": True,
        "reranker": False,
        "distillation_alpha": 1.0,
        "ignore_scores": False,
        "model_name": None,
        "query_maxlen": 32,
        "attend_to_mask_tokens": attend,
        "interaction": "colbert",
        "dim": dim,
        "doc_maxlen": doc_length,
        "mask_punctuation": True,
        "checkpoint": "checkpoints/colbert",
        "triples": "triples.jsonl",
        "collection": "collection.tsv",
        "queries": "queries.tsv",
        "index_name": None,
        "overwrite": False,
        "root": "experiments",
        "experiment": "default",
        "index_root": None,
        "name": "2023-12/26/01.02.03",
        "rank": 0,
        "nranks": 8,
        "amp": True,
        "gpus": 8,
        "avoid_fork_if_possible": False,
        "meta": {"hostname": "somewhere", "launcher": "train", "version": "colbert-v0.4"},
    }


FORK = {
    "pool_factor": 1, "clustering_mode": "hierarchical", "protected_tokens": 0, "schedule_free": True,
    "schedule_free_wd": 0.0, "kldiv_loss": True, "kldiv_weight": 1.0, "marginmse_loss": False,
    "marginmse_weight": 0.05, "normalise_training_scores": True, "normalization_method": "minmax",
    "quant_aware": False, "highest_quant_level": 8, "lowest_quant_level": 2, "cap_padding": 0,
    "dynamic_querylen_multiples": 32, "only_top": True, "checkpoint_every": 2000, "ib_loss": False,
    "jsd_loss": False, "tokenizer_threads": 4,
}  # fmt: skip
"""Fields of the private training fork that JaColBERTv2.4's metadata carries: nobody else knows them."""


def pylate_settings(doc_length: int, skipped: str) -> Json:
    """config_sentence_transformers.json as PyLate 1.6.0 saves it."""
    return {
        "__version__": {"sentence_transformers": "5.3.0", "transformers": "4.57.6", "pytorch": "2.11.0"},
        "model_type": "ColBERT",
        "prompts": {"query": "", "document": ""},
        "default_prompt_name": None,
        "similarity_fn_name": "MaxSim",
        "query_prefix": "[unused0]",
        "document_prefix": "[unused1]",
        "query_length": 32,
        "document_length": doc_length,
        "attend_to_expansion_tokens": False,
        "skiplist_words": list(skipped),
        "do_query_expansion": True,
    }


PYLATE_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
    {"idx": 1, "name": "1", "path": "1_Dense", "type": "pylate.models.Dense.Dense"},
]


def pylate_dense(size: Size) -> Json:
    return {
        "in_features": size.hidden,
        "out_features": size.dim,
        "bias": False,
        "activation_function": "torch.nn.modules.linear.Identity",
        "use_residual": False,
    }
