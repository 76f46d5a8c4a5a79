# SPDX-License-Identifier: Apache-2.0
"""Addresses of sources, below /sources/."""

from __future__ import annotations

from django.urls import path

from dothi.sources.web import device, filing, mapping, refusal, source, waiting

urlpatterns = [
    path("", source.overview, name="sources"),
    path("add/", source.add, name="source_add"),
    path("accept/", waiting.accept, name="devices_accept"),
    path("refusals/", refusal.unmatched, name="refusals_unmatched"),
    path("<slug:slug>/", source.detail, name="source"),
    path("<slug:slug>/refusals/", refusal.of_source, name="source_refusals"),
    path("<slug:slug>/gateway/", source.gateway, name="source_gateway"),
    path("<slug:slug>/change/", source.change, name="source_change"),
    path("<slug:slug>/mute/", source.mute, name="source_mute"),
    path("<slug:slug>/public/", source.publish, name="source_public"),
    path("<slug:slug>/key/", source.new_key, name="source_key"),
    path("<slug:slug>/retire/", source.retire, name="source_retire"),
    path("<slug:slug>/mapping/", mapping.edit, name="source_mapping"),
    path("<slug:slug>/files/", filing.hand_in, name="source_files"),
    path("<slug:slug>/files/<str:file_id>/", filing.detail, name="source_file"),
    path("<slug:slug>/files/<str:file_id>/look/", filing.look_again, name="source_file_look"),
    path("<slug:slug>/files/<str:file_id>/take/", filing.take, name="source_file_take"),
    path("<slug:slug>/files/<str:file_id>/cancel/", filing.cancel, name="source_file_cancel"),
    path("<slug:slug>/files/<str:file_id>/original/", filing.original, name="source_file_original"),
    path("<slug:slug>/devices/add/", device.add, name="device_add"),
    path("<slug:slug>/devices/<str:device_id>/", device.detail, name="device"),
    path("<slug:slug>/devices/<str:device_id>/accept/", device.accept, name="device_accept"),
    path("<slug:slug>/devices/<str:device_id>/refuse/", device.refuse, name="device_refuse"),
    path("<slug:slug>/devices/<str:device_id>/mute/", device.mute, name="device_mute"),
    path("<slug:slug>/devices/<str:device_id>/key/", device.new_key, name="device_key"),
    path("<slug:slug>/devices/<str:device_id>/retire/", device.retire, name="device_retire"),
]
