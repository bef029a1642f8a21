function Get-HvoInvalidUpdateKey {
    <#
    .SYNOPSIS
        Returns the names of an update's keys that are missing or do not have the protocol's form.
    .OUTPUTS
        Strings.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $Job
    )
    if (-not (Get-HvoProperty (Get-HvoProperty $Job 'machine') 'vm_id')) { 'machine.vm_id' }
    $desired = Get-HvoProperty $Job 'desired'
    if ($null -eq $desired) { return 'desired' }
    $cpu = Get-HvoProperty $desired 'cpu_cores'
    if ($null -ne $cpu -and -not (Test-HvoInteger -Value $cpu -Minimum 1 -Maximum 2048)) { 'desired.cpu_cores' }
    $memory = Get-HvoProperty $desired 'gb_ram'
    if ($null -ne $memory -and -not (Test-HvoInteger -Value $memory -Minimum 1 -Maximum 12288)) { 'desired.gb_ram' }
    if (@('', 'Running', 'Off') -cnotcontains [string](Get-HvoProperty $desired 'power_state')) { 'desired.power_state' }
}
