//! Generic netlink families that somebody asks for.

use super::asynchronous;
use super::blocking::Socket;
use super::core::Core;
use super::error::{Error, Result};
use super::io::{Io, now};
use crate::genl::{Family, GetFamilies, GetFamilyById, GetPolicy, Policies};
use crate::message::MessageRef;
use crate::request::Reply as _;

impl<I: Io> Core<I> {
    async fn all_families(&mut self) -> Result<&[Family]> {
        self.families = self.dump_all(&GetFamilies, Ok).await?;
        Ok(&self.families)
    }

    async fn family_by_id(&mut self, id: u16) -> Result<&Family> {
        let found = match self.get(&GetFamilyById(id)).await {
            Ok(_) => Some(self.kept_family()?).filter(|family| family.id == id),
            Err(Error::Kernel(e)) if e.errno == libc::ENOENT => None,
            Err(e) => return Err(e),
        };
        self.families.retain(|f| f.id != id);
        let family = found.ok_or(Error::UnknownFamilyId { id })?;
        self.families.retain(|f| f.name != family.name);
        self.families.push(family);
        Ok(&self.families[self.families.len() - 1])
    }

    /// The controller's answer that was kept.
    fn kept_family(&self) -> Result<Family> {
        Ok(Family::view(MessageRef::parse(&self.kept)?.payload())?)
    }

    async fn policy(&mut self, family: &str, operation: Option<u32>) -> Result<Option<Policies>> {
        if let Some(operation) = operation {
            return self.policy_of(family, operation).await;
        }
        let operations = self.family(family).await?.operations.clone();
        let mut all = Policies::default();
        for operation in operations.iter().filter(|op| op.has_policy()) {
            if let Some(policies) = self.policy_of(family, operation.id).await? {
                all.merge(&policies);
            }
        }
        Ok((!all.is_empty()).then_some(all))
    }

    async fn policy_of(&mut self, name: &str, operation: u32) -> Result<Option<Policies>> {
        let mut fresh = !self.families.iter().any(|f| f.name == name);
        loop {
            let family = self.family(name).await?.id;
            match self.dump_all(&GetPolicy { family, operation: Some(operation) }, Ok).await {
                Ok(parts) => {
                    let mut policies = Policies::default();
                    parts.into_iter().for_each(|part| policies.insert(part));
                    policies.name(operation);
                    return Ok(Some(policies));
                }
                Err(Error::Kernel(e)) if e.errno == libc::ENODATA => return Ok(None),
                // Of a number that no family has any more, too: its module was loaded anew.
                Err(Error::Kernel(e)) if e.errno == libc::ENOENT && !fresh => {
                    fresh = true;
                    let ix = self.look_up(name).await?;
                    if self.family_id(ix) == family {
                        return Err(e.into());
                    }
                }
                Err(e) => return Err(e),
            }
        }
    }

    async fn group_number(&mut self, family: &str, group: &str) -> Result<u32> {
        let number = self.family(family).await?.group(group);
        number.ok_or_else(|| Error::UnknownGroup { name: format!("{family}/{group}").into() })
    }
}

impl Socket {
    /// All generic netlink families that the kernel has registered in the socket's network namespace.
    /// The answers are remembered, and what was remembered before is not.
    ///
    /// ```
    /// use netlink_runtime::{Protocol, socket::Socket};
    ///
    /// let mut generic = Socket::open(Protocol::Generic)?;
    /// for family in generic.families()? {
    ///     println!("{}: {} operations", family.name, family.operations.len());
    /// }
    /// # Ok::<(), netlink_runtime::socket::Error>(())
    /// ```
    #[inline]
    pub fn families(&mut self) -> Result<&[Family]> {
        now(self.0.all_families())
    }

    /// A generic netlink family by its message type. The kernel is always asked: a number may have
    /// become another family's. The answer is remembered.
    ///
    /// [`Error::UnknownFamilyId`] if no family has the number.
    ///
    /// ```
    /// use netlink_runtime::{Protocol, socket::Socket};
    ///
    /// let mut generic = Socket::open(Protocol::Generic)?;
    /// let controller = generic.family_by_id(16)?;
    /// assert_eq!(controller.name, "nlctrl");
    /// let getfamily = controller.operation(3).unwrap();
    /// assert!(getfamily.can_do() && getfamily.can_dump() && !getfamily.needs_admin());
    /// # Ok::<(), netlink_runtime::socket::Error>(())
    /// ```
    #[inline]
    pub fn family_by_id(&mut self, id: u16) -> Result<&Family> {
        now(self.0.family_by_id(id))
    }

    /// What a generic netlink family accepts in requests: of one operation, by its command, or of
    /// all that it has. `None` if nothing is checked there.
    ///
    /// One operation has the kernel's own numbers of sets. For all of them, the kernel is asked for one
    /// after the other, because what it says about all at once is not always right (see
    /// [`GetPolicy`]); sets that several use alike are there once. It takes Linux 5.10. An operation that the family does not have is the kernel's `ENOENT`.
    ///
    /// ```
    /// use netlink_runtime::genl::{Lengths, PolicyType};
    /// use netlink_runtime::{Protocol, socket::Socket};
    ///
    /// let mut generic = Socket::open(Protocol::Generic)?;
    /// let policies = generic.policy("nlctrl", Some(3))?.unwrap(); // CTRL_CMD_GETFAMILY
    /// let name = policies.of_do(3).unwrap()[&2]; // CTRL_ATTR_FAMILY_NAME
    /// assert_eq!(name, PolicyType::NulString(Lengths { min: None, max: Some(15) }));
    /// # Ok::<(), netlink_runtime::socket::Error>(())
    /// ```
    #[inline]
    pub fn policy(&mut self, family: &str, operation: Option<u32>) -> Result<Option<Policies>> {
        now(self.0.policy(family, operation))
    }

    /// Joins a multicast group of a generic netlink family, by name.
    ///
    /// [`Error::UnknownGroup`] if the family has no such group.
    ///
    /// ```
    /// use netlink_runtime::{Protocol, socket::Socket};
    ///
    /// let mut generic = Socket::open(Protocol::Generic)?;
    /// generic.join_group("nlctrl", "notify")?;
    /// generic.leave_group("nlctrl", "notify")?;
    /// assert!(generic.join_group("nlctrl", "gossip").is_err());
    /// # Ok::<(), netlink_runtime::socket::Error>(())
    /// ```
    #[inline]
    pub fn join_group(&mut self, family: &str, group: &str) -> Result<()> {
        let group = now(self.0.group_number(family, group))?;
        self.join(group)
    }

    /// Leaves a multicast group of a generic netlink family, by name. Errors are those of
    /// [`join_group`](Self::join_group).
    #[inline]
    pub fn leave_group(&mut self, family: &str, group: &str) -> Result<()> {
        let group = now(self.0.group_number(family, group))?;
        self.leave(group)
    }
}

impl<I: Io> asynchronous::Socket<I> {
    /// All generic netlink families; see [`Socket::families`].
    pub async fn families(&mut self) -> Result<&[Family]> {
        self.0.all_families().await
    }

    /// A generic netlink family by its message type; see [`Socket::family_by_id`].
    pub async fn family_by_id(&mut self, id: u16) -> Result<&Family> {
        self.0.family_by_id(id).await
    }

    /// What a generic netlink family accepts in requests; see [`Socket::policy`].
    pub async fn policy(&mut self, family: &str, operation: Option<u32>) -> Result<Option<Policies>> {
        self.0.policy(family, operation).await
    }

    /// Joins a multicast group of a generic netlink family, by name; see [`Socket::join_group`].
    pub async fn join_group(&mut self, family: &str, group: &str) -> Result<()> {
        let group = self.0.group_number(family, group).await?;
        self.join(group)
    }

    /// Leaves a multicast group of a generic netlink family, by name.
    pub async fn leave_group(&mut self, family: &str, group: &str) -> Result<()> {
        let group = self.0.group_number(family, group).await?;
        self.leave(group)
    }
}
