"""What a bot's volume claim needs, and whether the bot may use the claim that has its name."""

from personalbots_api import names
from personalbots_api.quantities import parse_quantity
from personalbots_operator.cache.pod import Volume
from personalbots_operator.cache.spec import Spec
from personalbots_operator.decision import build
from personalbots_operator.decision.actions import GrowVolume, SetVolumeOwners
from personalbots_operator.decision.outcome import Finding
from personalbots_operator.decision.world import World


def blocked_volume(world: World, spec: Spec) -> Finding | None:
    """Why the claim with the bot's name cannot be used; None when it can, or when there is none."""
    volume = world.volume
    if volume is None or spec.storage is None:
        return None

    # Names are reused: another owner must never be given somebody's knowledge.
    if volume.owner_id != str(spec.owner_id):
        detail = (
            f"A claim of that name is there that is not this owner's (label {names.OWNER_ID_LABEL}); it is left alone. "
            "Delete it, or give the resource another name."
        )
    elif volume.deleting is not None or _belongs_to_another(volume, world.bot.uid):
        detail = "The claim of an earlier PersonalBot of this name is being deleted."
    else:
        return None
    return Finding("VolumePending", {"volume": volume.name, "detail": detail})


def _belongs_to_another(volume: Volume, uid: str) -> bool:
    return any(owner.get("kind") == names.KIND and owner.get("uid") != uid for owner in volume.owners)


def volume_action(world: World, spec: Spec) -> tuple[SetVolumeOwners | GrowVolume, ...]:
    """The next change to an existing claim: its owners for the deletion policy, then its size. At most one."""
    volume, storage = world.volume, spec.storage
    if volume is None or storage is None or blocked_volume(world, spec):
        return ()

    owners = build.volume_owners(world.bot, spec, volume)
    if owners is not None:
        return (SetVolumeOwners(volume, owners),)

    larger = volume.size is not None and parse_quantity(storage.size) > volume.size
    if larger and volume.phase == "Bound" and world.backoff.ungrowable != storage.size:
        return (GrowVolume(volume, storage.size),)
    return ()
