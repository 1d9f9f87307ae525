"""When each action on a roster import is possible."""

from apps.courses.models import RosterImport
from apps.courses.states import ImportState

TRANSITIONS = {
    RosterImport: {
        "apply": {ImportState.PREVIEW},
        "discard": {ImportState.PREVIEW},
        "undo": {ImportState.APPLIED},
    }
}
