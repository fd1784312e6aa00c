"""Rows of monitoring."""

from anlan.modules.monitoring.models.alarms import AlarmEvent, AlarmState
from anlan.modules.monitoring.models.floods import KnownFlood
from anlan.modules.monitoring.models.groups import WatchFit, WatchGroup, WatchVerdict
from anlan.modules.monitoring.models.points import Point
from anlan.modules.monitoring.models.rules import AlarmClass, AlarmRule, LimitChange
from anlan.modules.monitoring.models.sources import Source, SourceToken
from anlan.modules.monitoring.models.systems import DeviceTest, SafetyDevice, SystemStatement
from anlan.modules.monitoring.models.video import CameraDay, VideoEvent
from anlan.modules.monitoring.models.worker import WorkerPosition

__all__ = [
    "AlarmClass",
    "AlarmEvent",
    "AlarmRule",
    "AlarmState",
    "CameraDay",
    "DeviceTest",
    "KnownFlood",
    "LimitChange",
    "Point",
    "SafetyDevice",
    "Source",
    "SourceToken",
    "SystemStatement",
    "VideoEvent",
    "WatchFit",
    "WatchGroup",
    "WatchVerdict",
    "WorkerPosition",
]
