function Test-HvoSetupFinished {
    <#
    .SYNOPSIS
        Returns whether Windows Setup has finished. A restart before that would break the installation.
    .OUTPUTS
        System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param()
    $image = Get-HvoRegistryValue -Path 'SOFTWARE\Microsoft\Windows\CurrentVersion\Setup\State' -Name 'ImageState'
    $setup = Get-HvoRegistryValue -Path 'SYSTEM\Setup' -Name 'SystemSetupInProgress'
    $welcome = Get-HvoRegistryValue -Path 'SYSTEM\Setup' -Name 'OOBEInProgress'
    return $image -ceq 'IMAGE_STATE_COMPLETE' -and $setup -cne '1' -and $welcome -cne '1'
}
