# The first-contact kit: it reads, shows findings and writes a report in which no name of the host is left.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force
    $kit = Join-Path ([System.IO.Path]::GetTempPath()) ('hvo-' + [Guid]::NewGuid().ToString('N') + '.ps1')
    [System.IO.File]::WriteAllText($kit, (Get-AgentBundle).FirstContactText)
    . ([scriptblock]::Create((Get-AgentBundle).FirstContactText.Replace('Invoke-HvoFirstContact @args', '')))

    function Invoke-Kit {
        param($World, [hashtable] $More = @{})
        $file = Join-Path $World.Root 'report.json'
        $shown = @(& $kit -Images $World.Images -Machines $World.Machines -Switch 'External' -Report $file @More)
        [pscustomobject]@{ Shown = $shown -join "`n"; Text = [System.IO.File]::ReadAllText($file); Report = ConvertFrom-Json ([System.IO.File]::ReadAllText($file)) }
    }
}

AfterAll {
    Remove-TestHost
    [System.IO.File]::Delete($kit)
}

Describe 'First contact' {
    BeforeAll {
        $world = New-TestHost -Property @{
            name = 'FABRIKAM-HV07'; switches = @('External', 'Payroll Network')
            winrm = @{ listener = @(@{ Transport = 'HTTP'; Port = 5985; Enabled = 'true' }) }
        }
        $null = New-VM -Name 'payroll-db' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        $ledger, $before = @(Get-FakeLedger).Count, @([System.IO.Directory]::GetFileSystemEntries($world.Machines)).Count
        $run = Invoke-Kit $world
    }

    It 'has the eleven riskiest assumptions in their order, each with what was observed and a verdict' {
        @($run.Report.findings.number) | Should -Be (1..11)
        foreach ($one in $run.Report.findings) {
            $one.verdict | Should -BeIn 'as assumed', 'differs', 'unknown'
            $one.assumption | Should -Not -BeNullOrEmpty
            $one.observed | Should -Not -BeNullOrEmpty
            $run.Shown | Should -BeLike "*$($one.number). $($one.verdict): $($one.assumption)*"
        }
        ($run.Report.findings | Where-Object { $_.number -eq 1 }).verdict | Should -Be 'as assumed'
        ($run.Report.findings | Where-Object { $_.number -eq 8 }).observed | Should -Be '2 images, 2 read, 0 with a parent'
    }

    It 'has the rows of the preflight, but for what a host without the agent cannot have' {
        @($run.Report.rows | Where-Object { $_.state -eq 'warning' }).id | Should -Be 'WinRMListener'
        @($run.Report.rows.id) | Should -Not -Contain 'AgentFolder'
        $run.Shown | Should -BeLike '*warning: WinRMListener : HTTP on port 5985*'
    }

    It 'changes nothing on the host' {
        @(Get-FakeLedger).Count | Should -Be $ledger
        @([System.IO.Directory]::GetFileSystemEntries($world.Machines)).Count | Should -Be $before
    }

    It 'shows no name, and of its own sentences every word' {
        foreach ($text in $run.Text, $run.Shown.Replace((Join-Path $world.Root 'report.json'), '')) {
            foreach ($secret in 'FABRIKAM', 'HV07', 'payroll', 'Payroll', 'Ubuntu', $world.Root) {
                $text | Should -Not -Match ([regex]::Escape($secret))
            }
        }
        @([regex]::Matches(($run.Report.findings.observed -join ' '), '<word-\d+>')) | Should -BeNullOrEmpty
    }

    It 'says which error a check has ended with, and none of its words' {
        Add-FakeFault 'Get-VHD' -Message 'fabrikam secret'
        $again = Invoke-Kit $world
        $finding = $again.Report.findings | Where-Object { $_.number -eq 8 }
        $finding.verdict | Should -Be 'unknown'
        $finding.observed | Should -BeLike 'an error of the kind *InvalidOperationException, category NotSpecified'
        $again.Text | Should -Not -Match 'fabrikam'
    }

    It 'finds a state that the agent does not know' {
        $vm = Get-VM | Select-Object -First 1
        Edit-FakeVM -Id $vm.Id -Property @{ state = 'Other' }
        (Invoke-Kit $world).Report.findings[2].verdict | Should -Be 'differs'
        Edit-FakeVM -Id $vm.Id -Property @{ state = 'Off' }
    }
}

Describe 'The disposable VM' {
    BeforeEach { $world = New-TestHost -Property @{ switches = @('External') } }

    It 'is made, asked and removed, and nothing of it is left' {
        $run = Invoke-Kit $world @{ DisposableVm = $true }
        $run.Report.disposable_vm | Should -BeTrue
        @($run.Report.findings | Where-Object { $_.number -gt 20 } | ForEach-Object { "$($_.number) $($_.verdict)" }) |
            Should -Be @(21..26 | ForEach-Object { "$_ as assumed" })
        @(Get-VM) | Should -BeNullOrEmpty
        [System.IO.Directory]::GetFileSystemEntries($world.Machines) | Should -BeNullOrEmpty
        @(Get-FakeLedger 'New-VM').Count | Should -Be 1
    }

    It 'is removed also where <Cmdlet> fails' -ForEach @(@{ Cmdlet = 'Start-VM' }, @{ Cmdlet = 'Set-VMFirmware' }, @{ Cmdlet = 'Rename-VM' }) {
        Add-FakeFault $Cmdlet -Message 'No.'
        $run = Invoke-Kit $world @{ DisposableVm = $true }
        @($run.Report.findings | Where-Object { $_.verdict -eq 'unknown' -and $_.number -gt 20 }).Count | Should -BeGreaterThan 0
        @(Get-VM) | Should -BeNullOrEmpty
        [System.IO.Directory]::GetFileSystemEntries($world.Machines) | Should -BeNullOrEmpty
    }

    It 'needs a folder to be made in' {
        { & $kit -DisposableVm -Report (Join-Path $world.Root 'r.json') } | Should -Throw '*needs -Machines*'
    }
}

Describe 'Redaction' {
    BeforeEach { $names = New-HvoPlaceholder }

    It 'leaves nothing of <Value>' -ForEach @(
        @{ Value = 'S-1-5-21-1004336348-1177238915-682003330-512' }
        @{ Value = 'CONTOSO\j.doe' }, @{ Value = 'j.doe@contoso.example.com' }, @{ Value = 'hv07.corp.contoso.com' }
        @{ Value = 'D:\Users\jane.doe\VMs\payroll.vhdx' }, @{ Value = '\\filer01\share$\jane' }, @{ Value = '10.20.30.40' }
        @{ Value = 'fe80::1ff:fe23:4567:890a' }, @{ Value = '00:15:5D:01:02:03' }, @{ Value = '00-15-5D-01-02-03' }
        @{ Value = '3f0c6f0e-8f0b-4a3e-9b86-0d6f6a7a1c11' }, @{ Value = 'R{2}.*[a-z]$^' }, @{ Value = 'Stra' + [char]0xDF + 'e' }
        @{ Value = '<host-1>x' }, @{ Value = 'Password=hunter2' }, @{ Value = 'https://vcenter.contoso.com/ui' }, @{ Value = ([string][char]0xE000) + 'jane' }
        @{ Value = 'D:/Kunden/M' + [char]0xFC + 'ller' }, @{ Value = 'administrators-of-contoso' }, @{ Value = 'jane.doe.' }, @{ Value = "o'hara" }
    ) {
        foreach ($text in $Value, "owner $Value, changed by nobody else", "($Value)", "missing: $Value; none", "a`t$Value`nb") {
            $shown = ConvertTo-HvoRedacted -Text $text -Placeholder $names
            foreach ($part in @($Value -split '[^\w]+' | Where-Object { $_.Length -gt 2 })) {
                if ($part -in 'host') { continue }
                $shown | Should -Not -Match ([regex]::Escape($part))
            }
            $shown | Should -Match '<\w+-\d+>'
        }
    }

    It 'keeps the sentence around a value, and the same placeholder for the same value' {
        $names.Known.Add('web-01')
        $null = Get-HvoPlaceholder -Placeholder $names -Kind vm -Value 'web-01'
        $text = 'missing: web-01, WEB-01; 12 images are on D:\VMs'
        ConvertTo-HvoRedacted -Text $text -Placeholder $names | Should -BeExactly 'missing: <vm-1>, <vm-1>; 12 images are on <path-1>'
        ConvertTo-HvoRedacted -Text 'D:\vms' -Placeholder $names | Should -BeExactly '<path-1>'
    }

    It 'replaces a name that is part of another as a whole' {
        foreach ($name in 'web', 'web-01') {
            $names.Known.Add($name)
            $null = Get-HvoPlaceholder -Placeholder $names -Kind vm -Value $name
        }
        ConvertTo-HvoRedacted -Text 'web-01 web webserver' -Placeholder $names | Should -BeExactly '<vm-2> <vm-1> <word-1>'
    }

    It 'bounds a text' {
        (ConvertTo-HvoRedacted -Text ('a ' * 100000) -Placeholder $names).Length | Should -BeLessOrEqual 4000
    }
}
