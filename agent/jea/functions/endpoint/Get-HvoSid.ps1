function Get-HvoSid {
    <#
    .SYNOPSIS
        Looks up the SID of an account or a group.
    .PARAMETER Name
        Its name.
    .OUTPUTS
        System.String: the SID, or nothing if there is no such name.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Name
    )
    $account = [System.Security.Principal.NTAccount]::new($Name)
    try { $account.Translate([System.Security.Principal.SecurityIdentifier]).Value }
    catch [System.Security.Principal.IdentityNotMappedException] { return }
}
