"""What every part shares. It imports none of the other parts, and only the standard library but for `light_aiogram`."""
