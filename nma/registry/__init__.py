"""What a reviewer typed: the studies, the words they may use, and the rules that hold between them."""

from nma.registry.load import Registry, load_registry, read_registry, read_vocabulary
from nma.registry.study import Arm, ArmCount, OutcomeRecord, Study
from nma.registry.vocabulary import Vocabulary

__all__ = [
    "Arm",
    "ArmCount",
    "OutcomeRecord",
    "Registry",
    "Study",
    "Vocabulary",
    "load_registry",
    "read_registry",
    "read_vocabulary",
]
