"""Addresses below /api/v1/ of what is set up once per company."""

from __future__ import annotations

from django.urls import path

from arledger.companies.api_entity_settings import EntityConfigurationView
from arledger.companies.api_exports import ExportCancel, ExportFile, Exports, OneExport
from arledger.companies.api_masters import RESOURCES, collection, member
from arledger.companies.api_people import Invitation, User, Users
from arledger.companies.api_roles import OneRole, Roles
from arledger.companies.api_settings import ConfigurationView

urlpatterns = [
    path("configuration", ConfigurationView.as_view(), name="configuration"),
    path("entities/<str:key>/configuration", EntityConfigurationView.as_view(), name="entity-configuration"),
    path("users", Users.as_view(), name="users"),
    path("users/<str:key>", User.as_view(), name="user"),
    path("users/<str:key>/invitation", Invitation.as_view(), name="user-invitation"),
    path("exports", Exports.as_view(), name="exports"),
    path("exports/<str:key>", OneExport.as_view(), name="export"),
    path("exports/<str:key>/cancel", ExportCancel.as_view(), name="export-cancel"),
    path("exports/<str:key>/file", ExportFile.as_view(), name="export-file"),
    path("roles", Roles.as_view(), name="roles"),
    path("roles/<str:key>", OneRole.as_view(), name="role"),
    *(path(r.word, collection(r).as_view(), name=r.word) for r in RESOURCES),
    *(path(f"{r.word}/<str:key>", member(r).as_view(), name=f"{r.word}-one") for r in RESOURCES),
]
