function Assert-HvoAgentFolder {
    <#
    .SYNOPSIS
        Throws unless the agent is in its folder and only administrators can change the folder.
    .PARAMETER Path
        The folder.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    foreach ($name in 'Invoke-HvoJob.ps1', 'Invoke-ProvisioningJob.ps1', 'Get-HostInventory.ps1') {
        if (-not [System.IO.File]::Exists([System.IO.Path]::Combine($Path, $name))) {
            throw "$name is not in ${Path}: put the agent there first, or correct -AgentPath."
        }
    }
    foreach ($sid in @(Get-HvoUntrustedWriter -Path $Path)) {
        throw ("$sid may change $Path, and so what the endpoint runs. Cut the folder's inheritance and leave SYSTEM and " +
            "Administrators alone in it: icacls `"$Path`" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F " +
            '*S-1-5-32-544:(OI)(CI)F /setowner *S-1-5-32-544')
    }
}
