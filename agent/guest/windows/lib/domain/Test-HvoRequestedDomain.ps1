function Test-HvoRequestedDomain {
    <#
    .SYNOPSIS
        Returns whether a domain is the requested one.
    .DESCRIPTION
        A domain may report another name than the one it was joined by: its DNS instead of its NetBIOS name. So a requested
        name without a dot fits any domain that the guest has joined itself.
    .PARAMETER Domain
        Name of the domain that this computer is in.
    .PARAMETER State
        The state, which records that the guest has joined the domain itself.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Domain,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    $target = $Fields.guest_domain_jointarget
    if ([string]::Equals($Domain, $target, [StringComparison]::OrdinalIgnoreCase)) { return $true }
    return [bool]$State.joining -and -not $target.Contains('.')
}
