"""Words that reports of faults are written with, whatever they are about."""

from darner_context.text.identifiers import stem

_TALKING = """
    about actual again already also another anything appear around back bad based because before behavior behaviour
    better both but cannot correct correctly could couldn couple currently description did didn different doe does
    doesn doing don done due during either even every example expect expected fail fails failing failure far fine first
    fixing following found further get gets give gives given goe going good got had hasn hence here hi how however
    incorrect incorrectly inside isn itself just know last like likely little look looks lot many maybe mean means
    might most much must need needs never nice nothing now old once one other otherwise our out over own people perhaps
    please possible previous previously probably problem problematic proper properly quite rather really reason report
    reported reproduce resolve result results right same see seem seems shall she show shows similar simply
    since so something sometime somehow soon steps still such sure thank thanks their them therefore these they
    thing think those though through thus till together too tried try trying two under unexpected unfortunately unless
    until upon version very via want was wasn way well went were what whatever whether while who whole why within
    without won wonder wondering work working works would wouldn wrong yes yet you your
"""
TALK = frozenset(stem(each) for each in _TALKING.split())
