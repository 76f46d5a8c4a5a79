# SPDX-License-Identifier: Apache-2.0
"""`dothi up`: start the city and stay with it until Ctrl-C."""

from __future__ import annotations

import argparse

from dothi.cityhall import tiles
from dothi.cityhall.city import City
from dothi.cityhall.report import Report
from dothi.cityhall.supervisor import Supervisor, run_beside
from dothi.foundation.settings import load


def main(arguments: argparse.Namespace) -> int:
    settings = load(data_dir=arguments.data, port=arguments.port, host=arguments.host, demo=arguments.demo)
    report = Report()
    supervisor = Supervisor(settings, report)

    def welcome(city: City) -> None:
        link = run_beside(city, "dothi.cityhall.processes.admin_link", "--if-none")
        if link:
            report.admin_link(link)
        report.hint(settings)
        for sentence in tiles.findings(settings, report):
            report.line(sentence)

    supervisor.on_ready = welcome
    return supervisor.run()
