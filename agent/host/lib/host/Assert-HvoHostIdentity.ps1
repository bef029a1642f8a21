function Assert-HvoHostIdentity {
    <#
    .SYNOPSIS
        Fails with HostIdentityChanged if this is not the host that the job names.
    .DESCRIPTION
        Another machine may stand behind the address of a host. Every job that changes the host names it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $Job
    )
    $named = Get-HvoProperty $Job.host 'identity'
    if ($null -eq $named) { return }
    $own = Get-HvoHostId
    if ([string]$named.smbios_uuid -eq $own.smbios_uuid -and [string]$named.machine_guid -eq $own.machine_guid) { return }
    Stop-HvoLaunch -Code HostIdentityChanged -Message ("The job is for the host with SMBIOS UUID $($named.smbios_uuid) and machine " +
        "GUID $($named.machine_guid); this one has $($own.smbios_uuid) and $($own.machine_guid). Nothing was changed.")
}
