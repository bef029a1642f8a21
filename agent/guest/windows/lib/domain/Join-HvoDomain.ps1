function Join-HvoDomain {
    <#
    .SYNOPSIS
        Joins the domain if the data contains one, and checks that Windows has been restarted since.
    .DESCRIPTION
        That no domain controller can be reached is a failure that another try may not meet, since the network of a new VM
        may need time. Rejected credentials are not tried again, so that the account is not locked out.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER State
        The state. The start of a join is recorded in it.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.Boolean, true if Windows must be restarted. Throws OtherDomain, or what New-HvoJoinFailure returns.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    if (-not $Fields.ContainsKey('guest_domain_jointarget')) { return $false }
    $target = $Fields.guest_domain_jointarget
    $system = Get-CimInstance -ClassName Win32_ComputerSystem
    if ($system.PartOfDomain) {
        if (-not (Test-HvoRequestedDomain -Domain ([string]$system.Domain) -State $State -Fields $Fields)) {
            throw (New-HvoStepFailure -Code OtherDomain)
        }
        return Test-HvoRestartPending
    }
    $user = $Fields.guest_domain_joinuid
    if ($user.IndexOfAny([char[]]'\@') -lt 0) { $user = "$target\$user" }
    $join = @{ DomainName = $target; Force = $true; WarningAction = 'SilentlyContinue' }
    $join.Credential = [System.Management.Automation.PSCredential]::new($user, $Fields.guest_domain_joinpw)
    if ($Fields.ContainsKey('guest_domain_joinou')) { $join.OUPath = $Fields.guest_domain_joinou }
    # Both are recorded before the join: if the process is killed in between, one restart too many does no harm.
    Set-HvoRestartPending
    $State.joining = 'yes'
    Set-HvoGuestState -Context $Context -State $State
    try {
        $null = Add-Computer @join
    } catch {
        throw (New-HvoJoinFailure -Context $Context -ErrorRecord $_)
    }
    return $true
}
