function Find-HvoDomainDifference {
    <#
    .SYNOPSIS
        Returns the first field of the domain join that Windows, or the domain, does not have as requested.
    .DESCRIPTION
        The organizational unit is read from a domain controller. If none answers within two minutes, or if a name has escaped
        characters, which can be written in several ways, the unit is unknown. That is logged, and is no difference.
    .PARAMETER Context
        The context of the guest.
    .PARAMETER State
        The state, which records that the guest has joined the domain itself.
    .PARAMETER Fields
        The fields of the guest data.
    .OUTPUTS
        System.String, the id of the field, or an empty string.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context,
        [Parameter(Mandatory = $true)] [PSCustomObject] $State,
        [Parameter(Mandatory = $true)] [hashtable] $Fields
    )
    if (-not $Fields.ContainsKey('guest_domain_jointarget')) { return '' }
    $system = Get-CimInstance -ClassName Win32_ComputerSystem
    if (-not $system.PartOfDomain) { return 'guest_domain_jointarget' }
    if (-not (Test-HvoRequestedDomain -Domain ([string]$system.Domain) -State $State -Fields $Fields)) { return 'guest_domain_jointarget' }
    if (-not $Fields.ContainsKey('guest_domain_joinou')) { return '' }
    $wanted = ConvertTo-HvoComparableDn -Text $Fields.guest_domain_joinou
    for ($try = 1; $true; $try++) {
        $name = ''
        try {
            $name = ConvertTo-HvoComparableDn -Text (Get-HvoComputerDn)
        } catch {
            if ($try -lt 9) {
                Start-Sleep -Seconds 15
                continue
            }
        }
        if (-not $name -or -not $wanted) {
            Write-HvoGuestLog -Context $Context -Name OuUnknown
            return ''
        }
        if ($name.Substring($name.IndexOf(',', [StringComparison]::Ordinal) + 1) -ceq $wanted) { return '' }
        return 'guest_domain_joinou'
    }
}
