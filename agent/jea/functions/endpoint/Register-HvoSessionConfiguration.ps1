function Register-HvoSessionConfiguration {
    <#
    .SYNOPSIS
        Registers the endpoint unless it is registered with this configuration.
    .PARAMETER Name
        Name of the endpoint.
    .PARAMETER Configuration
        Hashtable of Get-HvoSessionConfiguration.
    .OUTPUTS
        Boolean: whether the endpoint was registered.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [hashtable] $Configuration
    )
    $registered = Get-PSSessionConfiguration -Name $Name -Force -ErrorAction SilentlyContinue
    if ($null -ne $registered) {
        $described = $registered.PSObject.Properties['Description']
        if ($null -ne $described -and $described.Value -ceq $Configuration.Description) { return $false }
        Unregister-PSSessionConfiguration -Name $Name -Force -NoServiceRestart
    }
    $file = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), "$([Guid]::NewGuid()).pssc")
    try {
        New-PSSessionConfigurationFile -Path $file @Configuration
        if (-not (Test-PSSessionConfigurationFile -Path $file)) {
            throw 'The session configuration is not valid on this host; see the warnings above.'
        }
        $null = Register-PSSessionConfiguration -Name $Name -Path $file -AccessMode Remote -Force -NoServiceRestart
    } finally {
        [System.IO.File]::Delete($file)
    }
    return $true
}
