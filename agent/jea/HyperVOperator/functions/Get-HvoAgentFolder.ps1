function Get-HvoAgentFolder {
    <#
    .SYNOPSIS
    Returns the agent's folder, as it was given when the endpoint was registered.
    .OUTPUTS
    System.String
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $file = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($PSScriptRoot), 'endpoint.json')
    ([System.IO.File]::ReadAllText($file) | ConvertFrom-Json).agent
}
