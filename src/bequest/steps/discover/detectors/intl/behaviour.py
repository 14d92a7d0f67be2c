"""What people do: logins, visits, purchases counted, interests and tags."""

from bequest.model.datamap import FieldClass
from bequest.steps.discover.detector import D, Detector, I, J, T
from bequest.steps.discover.words import listed

DETECTOR = Detector(
    id="intl.behaviour",
    cls=FieldClass.BEHAVIOUR,
    reference="GB/T 35273-2020 Annex A (usage records)",
    hints=listed(
        """最后登录时间, 最近登录时间, 上次登录时间, 登录时间, 登陆时间, 最后登陆时间, 最后一次登录时间,
        最近一次登录时间, 登录次数, 登录日期, 最后登录日期, 最后活跃时间, 活跃时间, 浏览记录, 浏览时间, 访问时间,
        退出时间, 登出时间, 搜索记录, 搜索关键字, 搜索历史, 兴趣, 兴趣爱好, 爱好, 个人爱好, 用户标签, 客户标签,
        会员标签, 偏好, 消费偏好, 观看记录, 播放记录, 阅读记录, 用户画像, 登陆次数, 操作时长, 在线时长, 最后访问时间,
        特长爱好, 上线时间, 登录天数, 连续签到天数, 消费次数, 购买次数, login time, login date, login at, login count,
        login num, login times, login cnt, last login, last login time, last login at, last login date, last logon,
        last visit, last visit time, last seen, last active, last active on, last active at, last active time,
        logout time, last access time, sign in count, current sign in at, last sign in at, last activity,
        browsing history, browse time, search history, hobby, hobbies, interest, interests, preference, preferences,
        user tag, user tags, mkt tags, marketing tags, customer tags, tags user, favorite, pv, clickstream,
        last used on, last used at, last order time, last buy time, last consume time, purchase count, buy count,
        consume count, order count user, recent order time, visit count user, logins, aihao, last login timestamp,
        last password reset time, likes, persona, watch history, last online, last online time, online time,
        last login day, lasttime, last time login, visit count, visit times, visit num user, login number, login days,
        login sum, login duration, active days, clock time, clock in time, clock out time, punch time, check in time,
        checkin time, sign in time, sign out time, sign in date, attend date, attend time, attendance time,
        attendance status, attendance result, on time attend, off time attend, 上班打卡时间, 下班打卡时间, 打卡时间,
        签到时间, 签退时间, 考勤日期, 考勤时间, 考勤状态, 出勤天数, 迟到次数, 早退次数, 缺勤次数, 最后在线时间,
        最近在线, 累计登录次数, 登录总次数, call duration, call dur, call seconds, talk duration, talk seconds,
        talk time, 通话时长, 通话时间, 通话开始时间"""
    ),
    weak_hints=listed(
        """login type, 登录方式, referer, tags, 标签, visit time, search keyword, keyword, 搜索词, url, request url,
        访问页面"""
    ),
    types=frozenset({T, I, D, J}),
)
