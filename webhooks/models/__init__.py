from webhooks.models.endpoint import MOST as MOST
from webhooks.models.endpoint import Endpoint as Endpoint
from webhooks.models.endpoint import EndpointQuerySet as EndpointQuerySet
from webhooks.models.notice import Notice as Notice
from webhooks.models.notice import NoticeQuerySet as NoticeQuerySet
from webhooks.models.reading import BounceNote as BounceNote
from webhooks.models.reading import Reading as Reading
