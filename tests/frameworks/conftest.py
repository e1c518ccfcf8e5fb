"""All servers that the chosen tests ask for, started side by side, once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.frameworks.served import Server

AT_A_TIME = 4  # processes that start


def pytest_generate_tests(metafunc):
    """Give `served` each configuration on the Rust core, and some on the Python core too."""
    if "served" in metafunc.fixturenames:
        cores = metafunc.config.getoption("--cores").split(",")
        pairs = [
            pytest.param((configuration, core), id=f"{configuration.key}-{core}")
            for configuration in metafunc.module.CONFIGURATIONS
            for core in cores
            if core == cores[0] or configuration.both_cores
        ]
        metafunc.parametrize("served", pairs, indirect=True, scope="session")


@pytest.fixture(scope="session")
def _servers(request, tmp_path_factory):
    wanted = {
        (configuration.key, core): (configuration, core)
        for item in request.session.items
        if "served" in getattr(item, "fixturenames", ())
        for configuration, core in [item.callspec.params["served"]]
    }
    folder = tmp_path_factory.mktemp("frameworks")

    def run(key):
        configuration, core = wanted[key]
        server = Server(configuration, core, folder / "-".join(key))
        try:
            server.wait_until_it_listens()
            asyncio.run(server.call())
        except Exception as error:
            server.failure = error
        finally:
            server.stop()
        return server

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        return dict(zip(wanted, pool.map(run, wanted), strict=True))


@pytest.fixture(scope="session")
def served(request, _servers):
    """A server after fifty requests, stopped; its responses and its output."""
    configuration, core = request.param
    server = _servers[configuration.key, core]
    if server.failure is not None:
        raise AssertionError(f"{server.failure!r}\n{server.output()}") from server.failure
    return server
