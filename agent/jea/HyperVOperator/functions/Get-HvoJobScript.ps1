function Get-HvoJobScript {
    <#
    .SYNOPSIS
    Finds out which of the agent's scripts a job is for.
    .PARAMETER Job
    The job: JSON in UTF-8, base64.
    .OUTPUTS
    System.Collections.Hashtable: Path of the script, or Outcome, a failed outcome as the protocol has it.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [string] $Job
    )
    $scripts = @{
        'vm-provisioning' = 'Invoke-ProvisioningJob.ps1'
        'vm-removal' = 'Invoke-RemovalJob.ps1'
        'vm-update' = 'Invoke-UpdateJob.ps1'
        'host-inventory' = 'Get-HostInventory.ps1'
    }
    $id = ''
    try {
        $definition = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Job)) | ConvertFrom-Json
        $id = $definition.schema.id
    }
    catch {
        return @{ Path = ''; Outcome = (Get-HvoJobFailure -Code InvalidDefinition -Message 'The job is no JSON with a schema.') }
    }
    if ($id -isnot [string] -or -not $scripts.ContainsKey($id)) {
        $text = 'The endpoint knows no job of this schema: install the module of the agent''s own version again.'
        return @{ Path = ''; Outcome = (Get-HvoJobFailure -Code SchemaMismatch -Message $text) }
    }
    $path = [System.IO.Path]::Combine((Get-HvoAgentFolder), $scripts[$id])
    if (-not [System.IO.File]::Exists($path)) {
        $text = "$($scripts[$id]) is not in the agent's folder of this endpoint: put the agent there, or register the endpoint " +
            'again with the folder that has it.'
        return @{ Path = ''; Outcome = (Get-HvoJobFailure -Code Internal -Message $text) }
    }
    @{ Path = $path; Outcome = '' }
}
