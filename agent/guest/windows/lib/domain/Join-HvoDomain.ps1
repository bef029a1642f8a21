function Join-HvoDomain {
    <#
    .SYNOPSIS
    Joins the domain if one is wanted, and checks that Windows has been restarted since.
    .DESCRIPTION
    While the domain cannot be reached it is tried again for ten minutes: the network of a fresh VM may take its time. A
    refused password is never offered again, so that no account is locked out.
    .PARAMETER Context
    The guest's context.
    .PARAMETER State
    The state; it is noted there that a join was begun.
    .PARAMETER Fields
    The guest's fields.
    .OUTPUTS
    System.Boolean: true if Windows has to be restarted.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [hashtable] $State,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    if (-not $Fields.ContainsKey('guest_domain_jointarget')) { return $false }
    $target = $Fields.guest_domain_jointarget
    $system = Get-CimInstance -ClassName Win32_ComputerSystem
    if ($system.PartOfDomain) {
        # The domain may have been asked for by a name other than the one it answers with.
        if (-not $State.joining -and $system.Domain -ne $target) { throw (New-HvoStepFailure -Code OtherDomain) }
        return Test-HvoRestartPending
    }
    $user = $Fields.guest_domain_joinuid
    if ($user.IndexOfAny([char[]]'\@') -lt 0) { $user = "$target\$user" }
    $how = @{ DomainName = $target; Force = $true; WarningAction = 'SilentlyContinue' }
    $how.Credential = [System.Management.Automation.PSCredential]::new($user, $Fields.guest_domain_joinpw)
    if ($Fields.ContainsKey('guest_domain_joinou')) { $how.OUPath = $Fields.guest_domain_joinou }
    # Both before the join: if this ends in between, a restart too many does no harm, one too few would.
    Set-HvoRestartPending
    $State.joining = 'yes'
    Set-HvoGuestState -Context $Context -State $State
    for ($try = 1; $true; $try++) {
        try {
            $null = Add-Computer @how
            return $true
        }
        catch {
            $failure = New-HvoJoinFailure -Context $Context -ErrorRecord $_
            if (-not $failure.Data['HvoTransient'] -or $try -ge 40) { throw $failure }
            Start-Sleep -Seconds 15
        }
    }
}
