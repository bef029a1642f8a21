function Find-HvoAccountDifference {
    <#
    .SYNOPSIS
        Returns the first field of the local administrator that Windows does not have as requested.
    .DESCRIPTION
        The account must be enabled and an administrator, and its password must be set and not expire. The password itself
        cannot be read back: that Windows has accepted it is all that is known.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.String, the id of the field, or an empty string.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $account = Find-HvoLocalUser -Name $Fields.guest_la_uid
    if ($null -eq $account -or -not $account.Enabled) { return 'guest_la_uid' }
    # Without this date, Windows demands another password at the first logon.
    if ($null -eq $account.PasswordLastSet -or $null -ne $account.PasswordExpires) { return 'guest_la_pw' }
    try {
        $members = @(Get-LocalGroupMember -SID 'S-1-5-32-544')
    } catch {
        # Windows lists no group that has a member which it cannot resolve. That the account was added, it has confirmed.
        return ''
    }
    if (@($members | ForEach-Object { [string]$_.SID }) -ccontains [string]$account.SID) { return '' }
    return 'guest_la_uid'
}
