function Get-HvoShutdownObstacle {
    <#
    .SYNOPSIS
        Returns why the guest of a VM cannot be asked to shut down, or null if it can be.
    .DESCRIPTION
        Stop-VM -Force turns a VM off whose Shutdown integration service is not OK, whatever its heartbeat says. The names of the
        services and the descriptions of their states are localized, so the service is found by its id, and its state is read
        from the enumeration where the module has it.
    .OUTPUTS
        String, or null.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $shutdownId = '9F8233AC-BE49-4C79-8EE3-E7E1985B2077'
    $service = Get-VMIntegrationService -VM $Vm |
        Where-Object { ([string]$_.Id).IndexOf($shutdownId, [StringComparison]::OrdinalIgnoreCase) -ge 0 } | Select-Object -First 1
    if ($null -eq $service) { return 'it has no Shutdown integration service.' }
    if (-not $service.Enabled) { return 'its Shutdown integration service is turned off on the host.' }
    $status = [string](Get-HvoProperty $service 'PrimaryOperationalStatus')
    $said = [string](Get-HvoProperty $service 'PrimaryStatusDescription')
    if ($status -eq 'Ok' -or (-not $status -and $said -eq 'OK')) { return $null }
    return "its Shutdown integration service does not answer ($(if ($said) { $said } elseif ($status) { $status } else { 'no status' }))."
}
