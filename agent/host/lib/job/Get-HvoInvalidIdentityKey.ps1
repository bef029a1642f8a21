function Get-HvoInvalidIdentityKey {
    <#
    .SYNOPSIS
        Returns the key of the job's host identity that is missing or does not have its form. An inventory and a preflight may lack it.
    .OUTPUTS
        String, or nothing.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $Job
    )
    $identity = Get-HvoProperty (Get-HvoProperty $Job 'host') 'identity'
    if ($null -eq $identity) {
        if ('host-inventory', 'host-preflight' -cnotcontains $Job.schema.id) { return 'host.identity' }
        return
    }
    foreach ($key in 'smbios_uuid', 'machine_guid') {
        $value = Get-HvoProperty $identity $key
        if (-not ($value -is [string]) -or -not $value) { return "host.identity.$key" }
    }
}
