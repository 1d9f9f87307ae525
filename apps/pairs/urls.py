from django.urls import path

from apps.pairs.views import consequences, finding, leaving, pair, solo, staff

app_name = "pairs"
urlpatterns = [
    path("", finding.index, name="index"),
    path("invite/", finding.invite, name="invite"),
    path("code/", finding.code, name="code"),
    path("join/", finding.join, name="join"),
    path("board/", partners.board, name="board"),
    path("board/show/", partners.card_show, name="card_show"),
    path("board/hide/", partners.card_hide, name="card_hide"),
    path("about-you/", partners.profile, name="profile"),
    path("wishes/", partners.preferences, name="preferences"),
    path("messages/", messages.messages, name="messages"),
    path("messages/unread/", messages.unread, name="unread"),
    path("messages/<int:pk>/", messages.conversation, name="conversation"),
    path("invitations/<int:pk>/", finding.invitation, name="invitation"),
    path("invitations/<int:pk>/accept/", finding.accept, name="accept"),
    path("invitations/<int:pk>/decline/", finding.decline, name="decline"),
    path("invitations/<int:pk>/withdraw/", finding.withdraw, name="withdraw"),
    path("make/", staff.make, name="make"),
    path("consequences/", consequences.consequences, name="consequences"),
    path("<int:pk>/", pair.detail, name="detail"),
    path("<int:pk>/leave/", leaving.leave, name="leave"),
    path("<int:pk>/separate/", leaving.separate, name="separate"),
    path("<int:pk>/dissolve/", leaving.separate, name="dissolve"),
    path("partings/", leaving.partings, name="partings"),
    path("partings/<int:pk>/agree/", leaving.agree, name="separation_agree"),
    path("partings/<int:pk>/refuse/", leaving.refuse, name="separation_refuse"),
    path("partings/<int:pk>/withdraw/", leaving.withdraw, name="separation_withdraw"),
    path("partings/<int:pk>/undo/", leaving.undo, name="separation_undo"),
    path("alone/", solo.ask, name="solo_ask"),
    path("alone/make/", solo.make, name="solo_make"),
    path("alone/<int:pk>/", solo.decide, name="solo_decide"),
    path("alone/<int:pk>/withdraw/", solo.withdraw, name="solo_withdraw"),
]
