"""A port of our own to listen on, taken before anything that needs it is made."""

import socket

from starter.failure import WrongInput


def listen(ip: str, port: int, setting: str) -> socket.socket:
    """A bound socket; raises WrongInput that names the `setting` where the port cannot be had."""
    listening = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((ip, port))
    except OSError as error:
        listening.close()
        raise WrongInput(f"{setting}: {ip}:{port}: {error.strerror}", "port_in_use") from None
    return listening
