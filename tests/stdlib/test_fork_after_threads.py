"""A fork at the moment at which threads that have logged end."""


def test_a_child_is_not_stopped_by_what_threads_leave(run_script):
    """What a thread has kept for itself goes away without a lock that a fork could copy."""
    out = run_script("""
        import os, threading
        import tracefmt
        log = tracefmt.get_logger("app")
        log.parent = None
        log.addHandler(tracefmt.StreamHandler(open(os.devnull, "w")))
        log.setLevel("INFO")
        fields = {f"key{number}": 1 for number in range(250)}

        def work():
            log.info("in a thread", extra=fields)
            together.wait()  # so that all end at once, which is not over when they are joined

        for _ in range(250):
            together = threading.Barrier(4)
            threads = [threading.Thread(target=work) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            child = os.fork()
            if child == 0:
                log.info("in a child")
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        print("all ended")
    """)

    assert out == b"all ended\n"
