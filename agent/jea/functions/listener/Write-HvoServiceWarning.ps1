function Write-HvoServiceWarning {
    <#
    .SYNOPSIS
        Warns about settings of WinRM that are not safe. The settings are not changed: others may rely on them.
    #>
    [CmdletBinding()]
    param()
    $service = Get-WSManInstance -ResourceURI 'winrm/config/service'
    if ([string]$service.AllowUnencrypted -eq 'true') {
        Write-Warning -Message ('WinRM accepts unencrypted messages. Unless something needs that: ' +
            'Set-Item WSMan:\localhost\Service\AllowUnencrypted $false')
    }
    $authentication = Get-WSManInstance -ResourceURI 'winrm/config/service/auth'
    if ([string]$authentication.Basic -eq 'true') {
        Write-Warning -Message ('WinRM accepts Basic authentication, which sends passwords to whoever answers. Unless the HyperVHost ' +
            'uses `authentication: basic`: Set-Item WSMan:\localhost\Service\Auth\Basic $false')
    }
}
